"""Hedges: what each pays on the paths of a run, the mix that costs least tail, and its score on fresh paths."""
