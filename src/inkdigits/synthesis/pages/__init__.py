"""Whole pages of digits with full truth, as people bring them: photographs, scans, forms, notebooks, newspapers."""

from inkdigits.synthesis.pages.kinds import KINDS, write_page
from inkdigits.synthesis.pages.written_page import WrittenPage, scale_page

__all__ = ["KINDS", "WrittenPage", "scale_page", "write_page"]
