"""How times grow: ladders of sizes, each with a slope on logarithmic axes."""
