"""The files of a folder that runs at once: what `unwind init` writes."""
