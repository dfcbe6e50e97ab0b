"""Shell scripts of RUN."""
