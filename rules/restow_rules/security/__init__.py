"""What an image should not run as, hold or tell."""
