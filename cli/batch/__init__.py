"""`unwind batch`."""
