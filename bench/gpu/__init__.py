"""`make gpu`: all that waits for a CUDA device, in one call of a quarter of an hour."""
