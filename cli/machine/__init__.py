"""What a machine offers, kernels compiled beforehand, and what commands tell other machines."""
