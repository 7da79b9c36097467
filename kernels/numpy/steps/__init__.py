"""One step of the paths: factors, regimes, jumps, sales."""
