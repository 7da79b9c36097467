"""What is timed: one case a file, each `measure() -> CaseResult`."""
