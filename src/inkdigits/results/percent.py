"""How a confidence is written, alike in every place where people see one."""

from __future__ import annotations

from math import floor


def percent(probability: float, places: int = 0) -> str:
    """Return a probability in per cent, cut and not rounded: 100% is only what is certain."""
    parts = 10**places
    # What 0.29 lacks of 29 hundredths in binary is not cut off.
    return f"{floor(100 * parts * probability + 1e-9) / parts:.{places}f}%"
