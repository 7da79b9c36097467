"""`unwind report` and `unwind reproduce`: what a record is read for."""
