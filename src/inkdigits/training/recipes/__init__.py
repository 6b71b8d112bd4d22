"""Recipes: the settings of a run, by name or in a file, and what was measured with them."""
