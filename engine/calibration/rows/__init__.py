"""What is made of a filtered law's residuals: jumps beyond their cap, rows of a window."""
