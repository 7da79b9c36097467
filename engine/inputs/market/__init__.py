"""Market files."""
