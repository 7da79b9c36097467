"""Commands that set up what others work from."""
