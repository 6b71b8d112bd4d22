"""Lessons that take a second or two: fewer known digits, views and steps."""

from collections.abc import Callable, Mapping
from pathlib import Path

from inkdigits.training.teaching.last_layer import Lesson

SMALL = Lesson(known=300, views=4, steps=60, batch_size=128)

WriteHand = Callable[[Mapping[int, int], int], Path]
