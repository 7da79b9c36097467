"""Work shared out: to workers that must be as this process is, and stopped on request."""
