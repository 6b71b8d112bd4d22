"""A part of every picture that is to be read, such as a form's field."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from inkdigits.errors import PictureError, UsageError, printable

RegionLike: TypeAlias = "str | Iterable[float | str] | Region | None"

_LENGTH = "[0-9]{1,9}([.][0-9]{1,9})?%?"
_ABOVE_0 = "(0{0,8}[1-9][0-9]{0,8}([.][0-9]{1,9})?|0{1,9}[.]0{0,8}[1-9][0-9]{0,8})%?"
REGION = f"^{_LENGTH},{_LENGTH}(,{_ABOVE_0}){{2}}$"  # as JSON Schema writes patterns


@dataclass(frozen=True)
class Region:
    """Left, top, width and height: pixels of the upright picture, or per cent of its width and height.

    What reaches beyond a picture is cut off, as the IIIF Image API has it.

    Raises:
        UsageError: it is malformed or empty.

    """

    text: str  # such as "120,80,400,60" or "10%,20%,50%,10%"

    def __post_init__(self) -> None:
        if not re.fullmatch(f"{_LENGTH}(,{_LENGTH}){{3}}", self.text):
            raise UsageError(
                f"the region '{printable(self.text)}' is no X,Y,W,H", "give pixels or per cent: 10%,20%,50%,10%"
            )
        if not re.fullmatch(REGION, self.text):
            raise UsageError(f"the region '{self.text}' is empty", "give a width and a height above 0")

    @classmethod
    def of(cls, region: RegionLike) -> Region | None:
        """Return a region that was given as text or as four numbers; None if none was given."""
        if region is None or isinstance(region, Region):
            return region
        lengths = region if isinstance(region, Iterable) and not isinstance(region, str) else str(region).split(",")
        return cls(",".join(str(length).strip() for length in lengths))

    def area(self, width: int, height: int) -> float:
        """Return how many pixels of a picture it covers, as far as its sides go."""
        _, _, across, down = self._lengths(width, height)
        return min(across, width) * min(down, height)

    def on(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom in the pixels of a picture; raise PictureError if it is outside."""
        left, top, across, down = self._lengths(width, height)
        if left >= width or top >= height:
            raise PictureError(
                f"the region {self.text} is outside the picture, which has {width}×{height} pixels",
                "give one inside",
                code="region_outside",
            )
        return int(left), int(top), min(width, math.ceil(left + across)), min(height, math.ceil(top + down))

    def _lengths(self, width: float, height: float) -> list[float]:
        sides = (width, height, width, height)
        return [
            float(length[:-1]) * side / 100 if length.endswith("%") else float(length)
            for length, side in zip(self.text.split(","), sides, strict=True)
        ]
