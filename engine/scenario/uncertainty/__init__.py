"""What is not known of a scenario's parameters: priors, and the sets of values that are drawn from them."""
