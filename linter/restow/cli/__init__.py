"""The command line. Each command is a module of ``restow.cli.commands``, imported when it is called."""
