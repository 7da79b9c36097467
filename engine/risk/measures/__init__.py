"""Tail measures, one a file, and the registry that everything else iterates over."""
