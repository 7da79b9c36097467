"""Timed cases, written as JSON with the machine's facts. Asserts digests, never times."""
