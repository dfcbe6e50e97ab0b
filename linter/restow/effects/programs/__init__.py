"""One file a program, or a family of programs: ``effect(call) -> Effect``, or UnknownEffect with the reason."""
