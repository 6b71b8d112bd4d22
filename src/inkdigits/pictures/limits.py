"""What a picture may cost: decided by its header, before anything is decoded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["LIMITS", "MAX_PAGES"]

MAX_PAGES = 1000  # of one file


@dataclass(frozen=True)
class Limits:
    """How large a picture may be, and at what size its pages are looked at.

    Attributes:
        file: bytes.
        pixels: of any picture: below what Pillow warns of as a decompression bomb.
        side: pixels: what a JPEG may have at most; a longer strip takes reading minutes.
        colour: pixels of a picture in colour, which take 300 MB once decoded.
        slow: pixels where decoding takes more memory or time, by format.
        in_python: pixels where Pillow has no other decoder: a million take a second.
        passed: pixels of an animation's frames that are decoded only to come to another: some seconds.
        scanned: pixels times scans of a JPEG: seconds.
        working: pixels of a page that is read: its digits are still 30 pixels tall, and no step takes more than 16 MB.
        pdf_dpi: at which a page is rendered: digits on a form are 30 pixels tall.
        pdf_pixels: of a rendered page.

    """

    file: int = 256 * 2**20
    pixels: int = 89_000_000
    side: int = 65_535
    colour: int = 75_000_000
    slow: Mapping[str, int] = field(
        default_factory=lambda: {"WEBP": 20_000_000, "JPEG2000": 20_000_000, "AVIF": 40_000_000, "HEIF": 60_000_000}
    )
    in_python: int = 4_000_000
    passed: int = 500_000_000
    scanned: int = 1_000_000_000
    working: int = 4_000_000
    pdf_dpi: int = 200
    pdf_pixels: int = 16_000_000


LIMITS = Limits()
