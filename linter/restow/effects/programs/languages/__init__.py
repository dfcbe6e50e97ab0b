"""Package managers and builders of the other languages."""
