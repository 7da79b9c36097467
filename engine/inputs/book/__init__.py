"""Book files."""
