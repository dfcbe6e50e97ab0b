"""What makes a rebuild repeat work that did not change."""
