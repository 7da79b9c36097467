"""Linked and floating-rate bonds: what their prices fix, and the flows that they are worth."""
