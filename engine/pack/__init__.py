"""Compiled books into kernel arrays, with error bounds."""
