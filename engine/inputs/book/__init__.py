"""Book files: tables of positions, and compiled books."""
