"""What a picture may cost: decided by its header, before anything is decoded."""

from __future__ import annotations

from typing import ClassVar

MAX_PAGES = 1000  # of one file


class Limits:
    """How large a picture may be, and at what size its pages are looked at: pixels, where nothing else is said."""

    file: int = 256 * 2**20  # bytes
    pixels: int = 89_000_000  # of any picture: below what Pillow warns of as a decompression bomb
    side: int = 65_535  # what a JPEG may have at most; a longer strip takes reading minutes
    colour: int = 75_000_000  # of a picture in colour, which take 300 MB once decoded
    # by format, where decoding takes more memory or time
    slow: ClassVar = {"WEBP": 20_000_000, "JPEG2000": 20_000_000, "AVIF": 40_000_000, "HEIF": 60_000_000}
    in_python: int = 4_000_000  # where Pillow has no other decoder: a million take a second
    passed: int = 500_000_000  # of an animation's frames that are decoded only to come to another: some seconds
    scanned: int = 1_000_000_000  # times scans of a JPEG: seconds
    working: int = 4_000_000  # of a page that is read: its digits are still 30 pixels tall, no step takes over 16 MB
    pdf_dpi: int = 200  # dots an inch at which a page is rendered: digits on a form are 30 pixels tall
    pdf_pixels: int = 16_000_000  # of a rendered page
