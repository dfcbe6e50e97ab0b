"""``python -m restow`` is the program ``restow``."""

from restow.cli.main import entry

if __name__ == "__main__":
    entry()
