"""`unwind book`."""
