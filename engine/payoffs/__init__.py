"""What a kernel values: one payoff a file."""
