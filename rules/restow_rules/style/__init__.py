"""One way to write things."""
