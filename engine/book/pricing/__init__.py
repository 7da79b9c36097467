"""What the parts of a compiled book are worth: formulas on arrays, in plain numpy."""
