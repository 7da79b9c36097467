"""How mechanisms declare parameters, and what is common to checking them."""
