"""Readers in processes of their own, whose work is bounded in time and memory, and which can be killed."""

from inkdigits.pool.batches import read_in_order
from inkdigits.pool.process import Bounds
from inkdigits.pool.readers import Readers, fork_readers_with

__all__ = ["Bounds", "Readers", "fork_readers_with", "read_in_order"]
