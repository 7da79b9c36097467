"""The commands of `unwind book`."""
