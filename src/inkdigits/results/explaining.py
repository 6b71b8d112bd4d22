"""Where the way from a digit to why it was read so is plugged in: it needs training digits, which readings do without.

The front door of the package does so, since it knows the whole house.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inkdigits.results.explanation import Explanation

explain: Callable[..., Explanation]
