"""Why figures are what they are, why they moved, and what would change them; from records and runs made again."""
