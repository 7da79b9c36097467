"""Candidate trades against a run or a recorded night, with the use of its limits."""
