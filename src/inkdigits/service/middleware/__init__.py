"""What every request passes before a route answers it."""

__all__: list[str] = []
