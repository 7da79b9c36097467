"""The numba wing."""
