"""Weighted quasi-random samples of one-step laws: where they are drawn, and what measures and errors they give."""
