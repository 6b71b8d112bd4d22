"""A picture in, a reading out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inkdigits.classifier import Classifier
from inkdigits.errors import PictureError, UsageError
from inkdigits.imaging.decode import MAX_PAGES, Document, Page, Picture, name_of, rereadable
from inkdigits.imaging.ink import find_ink
from inkdigits.imaging.normalise import normalise
from inkdigits.imaging.segment import Glyph, find_glyphs, single_glyph
from inkdigits.modelfile import BUNDLED
from inkdigits.reading import Digit, Line, Reading

__all__ = ["Reader"]


class Reader:
    """Reads the handwritten digits in pictures.

    Args:
        model: "bundled", an `.onnx` model file, or a run folder.
        min_confidence: a digit with less is uncertain, 0 to 1; the model's own threshold if not given.
        threads: how many threads the model may use; all cores if not given.

    Raises:
        ModelFileError: the model file is missing, damaged, foreign or unsafe.
        UsageError: `min_confidence` is out of range.

    """

    def __init__(
        self,
        model: str | Path = BUNDLED,
        *,
        min_confidence: float | None = None,
        threads: int | None = None,
    ) -> None:
        if min_confidence is not None and not 0 <= min_confidence <= 1:
            raise UsageError(f"the least confidence is {min_confidence}", "give a number from 0 to 1")
        self.classifier = Classifier(model, threads=threads)
        self.min_confidence = self.classifier.info.reject_threshold if min_confidence is None else min_confidence

    def read(self, picture: Picture, *, single: bool = False, page: int = 1) -> Reading:
        """Read the digits in a picture.

        Args:
            picture: a path, the bytes of a file, an open binary file, a Pillow image, or an array (H,W), (H,W,3) RGB
                or (H,W,4) RGBA.
            single: take the picture as exactly one digit.
            page: of a TIFF or a PDF, or the picture of an animation, from 1.

        Raises:
            PictureError: it is no picture that can be read; its `code` says why.

        """
        source, picture = name_of(picture), rereadable(picture)
        with Document(picture) as document:
            return Reading(source, self._read_page(document.decode(page), single), picture=picture, page=page)

    def read_pages(self, picture: Picture, *, single: bool = False) -> Iterator[Reading]:
        """Read every page of a TIFF or a PDF, or every picture of an animation, one after the other.

        One that cannot be read gives a reading with the status "error", and so do those after the first 1,000,
        together.

        Args:
            picture: as `read` takes it; most have one page.
            single: take each page as exactly one digit.

        Raises:
            PictureError: it is no picture that can be read; its `code` says why.

        """
        source, picture = name_of(picture), rereadable(picture)
        with Document(picture) as document:
            for page in range(1, min(document.pages, MAX_PAGES) + 1):
                try:
                    lines = self._read_page(document.decode(page), single)
                except PictureError as error:
                    yield Reading(source, error=error, page=page)
                else:
                    yield Reading(source, lines, picture=picture, page=page)
            if document.pages > MAX_PAGES:
                yield Reading(source, error=document.too_many_pages(), page=MAX_PAGES + 1)

    def read_many(self, pictures: Iterable[Picture], *, single: bool = False) -> Iterator[Reading]:
        """Read pictures one after the other, page by page; what cannot be read gives a reading with the status "error".

        Args:
            pictures: as `read` takes them.
            single: take each page as exactly one digit.

        """
        for picture in pictures:
            try:
                yield from self.read_pages(picture, single=single)
            except PictureError as error:
                yield Reading(name_of(picture), error=error)

    def _read_page(self, page: Page, single: bool) -> tuple[Line, ...]:
        """Find the digits of a page and say what they are."""
        ink = find_ink(page.grey)
        if single:
            glyph = single_glyph(ink)
            glyphs = [[glyph]] if glyph else []
        else:
            glyphs = find_glyphs(ink)
        return self._read_lines(page, glyphs)

    def _read_lines(self, page: Page, glyphs: list[list[Glyph]]) -> tuple[Line, ...]:
        """Classify all glyphs of a page at once."""
        placed = [(number, glyph) for number, line in enumerate(glyphs) for glyph in line]
        if not placed:
            return ()
        images = np.stack([normalise(glyph.ink) for _, glyph in placed])
        probabilities = self.classifier.predict_proba(images)
        digits = [
            self._digit(image, row, page.in_picture(glyph.box), number)
            for (number, glyph), image, row in zip(placed, images, probabilities, strict=True)
        ]
        return tuple(Line(tuple(line)) for _, line in groupby(digits, key=attrgetter("line")))

    def _digit(
        self,
        image: npt.NDArray[np.uint8],
        probabilities: npt.NDArray[np.float32],
        box: tuple[int, int, int, int],
        line: int,
    ) -> Digit:
        """Return what the model says of one glyph, and whether that is sure enough."""
        value = int(probabilities.argmax())
        confidence = float(probabilities[value])
        accepted = confidence >= self.min_confidence
        return Digit(value, confidence, tuple(map(float, probabilities)), box, accepted, line, image)
