"""Programs that read, print, place, change or look for files."""
