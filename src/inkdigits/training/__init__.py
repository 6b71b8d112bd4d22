"""Whole runs: recipes, tasks, the one loop, run folders, and learning from one's own digits."""
