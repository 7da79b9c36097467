"""Random bits, normals and parameters of a path."""
