"""Parse, call the engine, print. No arithmetic; one command a file."""
