"""What is timed on a device: one case a file, each `measure(GpuBench) -> CaseResult`."""
