"""`unwind data`."""
