"""The version, which everything may ask for."""

__all__ = ["__version__"]

__version__ = "0.2.0"
