"""What a run learns from, and how it is varied."""
