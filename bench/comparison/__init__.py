"""Two results side by side, or two commits in turns: what is faster, what is slower, and what is noise."""
