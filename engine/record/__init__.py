"""A batch's record: written by batch, read by report."""
