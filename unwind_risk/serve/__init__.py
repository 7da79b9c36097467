"""A record in a browser: what may be lost tonight, why, and what would change it; `unwind serve` starts it."""
