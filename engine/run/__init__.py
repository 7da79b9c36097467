"""Pack objects into kernel arrays; work block by block; one Run from start to result."""
