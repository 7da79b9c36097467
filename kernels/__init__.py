"""Arrays in, arrays out: draw, correlate, step, revalue, reduce. Knows no position, curve, file or date."""
