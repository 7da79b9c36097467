"""The commands of `unwind data`."""
