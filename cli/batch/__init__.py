"""The commands of `unwind batch`."""
