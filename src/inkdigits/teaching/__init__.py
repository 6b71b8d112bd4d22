"""A model learns a person's hand: their digits, what it knew before, what it reads before and after, the model file."""

from inkdigits.teaching.lessons import Taught, teach

__all__ = ["Taught", "teach"]
