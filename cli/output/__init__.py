"""What a command found, in the form that was asked for."""
