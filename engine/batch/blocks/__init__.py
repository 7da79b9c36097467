"""How a batch's blocks are shared out, computed and kept."""
