"""Readers in processes of their own, whose work is bounded in time and memory, and which can be killed."""

from inkdigits.pool.batches import read_in_order
from inkdigits.pool.process import Bounds
from inkdigits.pool.readers import Readers

__all__ = ["Bounds", "Readers", "read_in_order"]
