"""What is answered: a file for each group of routes."""
