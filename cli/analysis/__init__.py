"""Commands on what a run's figures are made of, and what would change them."""
