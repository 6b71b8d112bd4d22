"""A run from its recipe to its model file, in a folder of its own."""
