"""What is answered: a file for each group of routes."""

__all__: list[str] = []
