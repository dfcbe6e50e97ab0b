"""Results as text and as documents. Nothing here reads a disk or looks at a terminal: callers say what they have."""
