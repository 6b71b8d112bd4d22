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
from inkdigits.imaging.decode import Page, Picture, decode, name_of, rereadable
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

    def read(self, picture: Picture, *, single: bool = False) -> Reading:
        """Read the digits in a picture.

        Args:
            picture: a path, the bytes of a file, an open binary file, a Pillow image, or an array (H,W), (H,W,3) RGB
                or (H,W,4) RGBA.
            single: take the picture as exactly one digit.

        Raises:
            PictureError: it is no picture that can be read; its `code` says why.

        """
        source, picture = name_of(picture), rereadable(picture)
        page = decode(picture)
        ink = find_ink(page.grey)
        if single:
            glyph = single_glyph(ink)
            glyphs = [[glyph]] if glyph else []
        else:
            glyphs = find_glyphs(ink)
        return Reading(source, self._read_lines(page, glyphs), picture=picture)

    def read_many(self, pictures: Iterable[Picture], *, single: bool = False) -> Iterator[Reading]:
        """Read pictures one after the other; one that cannot be read gives a reading with the status "error".

        Args:
            pictures: as `read` takes them.
            single: take each picture as exactly one digit.

        """
        for picture in pictures:
            try:
                reading = self.read(picture, single=single)
            except PictureError as error:
                reading = Reading(name_of(picture), error=error)
            yield reading

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
