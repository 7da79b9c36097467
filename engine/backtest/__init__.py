"""Laws against what happened."""
