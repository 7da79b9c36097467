"""`unwind scenario`."""
