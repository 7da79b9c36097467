"""What not knowing parameters does to figures: bands over sets of them, and which parameter makes a band."""
