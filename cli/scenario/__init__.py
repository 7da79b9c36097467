"""The commands of `unwind scenario`."""
