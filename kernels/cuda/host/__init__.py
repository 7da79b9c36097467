"""The host's side of the CUDA wing: build, launch, and a twin on the CPU."""
