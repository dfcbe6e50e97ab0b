"""One file a kind of instruction: ``step(state, instruction, build) -> Step``."""
