"""Figures in the form that the Basel Committee's market risk standard asks for, each with the paragraph it follows."""
