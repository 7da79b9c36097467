"""History walked date by date: what was known, what books were worth, what came."""
