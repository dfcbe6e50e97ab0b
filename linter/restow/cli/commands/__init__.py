"""One module a command: ``run(arguments) -> int`` does it and returns the exit code."""
