"""Laws of the factors held against what happened."""
