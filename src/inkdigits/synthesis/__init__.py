"""Handwriting made up from MNIST's digits: pens, papers, clutter, lines and whole pictures with known truth."""
