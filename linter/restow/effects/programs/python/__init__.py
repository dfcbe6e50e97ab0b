"""pip, the managers of Python projects, python itself, and the files that they share."""
