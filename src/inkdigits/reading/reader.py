"""A picture in, a reading out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inkdigits.errors import PictureError, UsageError
from inkdigits.pictures.decode import Document, Page, Picture, name_of, rereadable
from inkdigits.pictures.limits import MAX_PAGES
from inkdigits.pictures.region import Region, RegionLike
from inkdigits.reading.classifier import Classifier
from inkdigits.reading.confidence import Calibration
from inkdigits.reading.decide import Thresholds, decide
from inkdigits.reading.detector import Detector
from inkdigits.reading.ensemble import DigitPredictor, Ensemble, GivenModel, TaughtModel
from inkdigits.reading.line_model import LineModel
from inkdigits.reading.model_file import BUNDLED, find_model, was_taught_from_bundled
from inkdigits.reading.read_page import read_page
from inkdigits.results.reading import Reading


class Reader:
    """Reads the handwritten digits in pictures.

    Args:
        model: "bundled", an `.onnx` model file, or a run folder. One that is not the bundled one alone says which digit
            stands where digits were found, and its own threshold counts; one that learned a hand (`inkdigits.teach`)
            says so together with the other models, as the bundled one does.
        classifier: a function in its place: uint8 (N,28,28), white ink on black, to (N,10) probabilities.
        min_confidence: a digit or a mark with less is uncertain, 0 to 1; if not given, digits by the threshold of a
            model of one's own, and all else by those that were chosen for the bundled models together.
        threads: how many threads the models may use; all cores if not given.

    Raises:
        ModelFileError: the model file is missing, damaged, foreign or unsafe.
        UsageError: `min_confidence` is out of range, or a model and a classifier are given.

    """

    def __init__(
        self,
        model: str | Path | None = None,
        *,
        classifier: Callable[[npt.NDArray[np.uint8]], npt.ArrayLike] | None = None,
        min_confidence: float | None = None,
        threads: int | None = None,
    ) -> None:
        if min_confidence is not None and not 0 <= min_confidence <= 1:
            raise UsageError(f"the least confidence is {min_confidence}", "give a number from 0 to 1")
        if classifier is not None and model is not None:
            raise UsageError("a model and a classifier are given", "give one of the two")
        self._anew = partial(type(self), model, classifier=classifier, min_confidence=min_confidence, threads=threads)
        own: DigitPredictor = GivenModel(classifier) if classifier else Classifier(model or BUNDLED, threads=threads)
        given = classifier is not None or (model is not None and find_model(model) != find_model(BUNDLED))
        foreign, floor = given and not was_taught_from_bundled(own.info), Ensemble.least
        self.classifier = own  # what it says alone: a taught one says more in the midst of the others
        if given and not foreign:
            own, floor = TaughtModel(own, Classifier(BUNDLED, threads=threads)), TaughtModel.least
        self._models = Ensemble(Detector(threads=threads), LineModel(threads=threads), own, foreign, floor)
        chosen = self._models.detector.info
        accepted = {"own": own.info.reject_threshold} if foreign else {}
        if min_confidence is not None:
            accepted = {"single": min_confidence, "line": min_confidence}
        self._least = Thresholds(**chosen.thresholds | accepted)
        self._calibrated = partial(Calibration(**chosen.calibration).calibrated, own=foreign)

    def __repr__(self) -> str:
        bundled = isinstance(self._models.classifier, Classifier) and not self._models.own
        return f"<Reader with {'the bundled models' if bundled else self.classifier.info.name}>"

    def __reduce__(self) -> tuple[Callable[[], Reader], tuple[()]]:
        """Pickle it as its arguments: ONNX Runtime's sessions cannot be, so that the models are loaded anew."""
        return self._anew, ()

    def read(
        self,
        picture: Picture,
        *,
        single: bool = False,
        page: int = 1,
        region: RegionLike = None,
        digits_only: bool = False,
    ) -> Reading:
        """Read the digits in a picture.

        Args:
            picture: a path, the bytes of a file, an open binary file, a data URL, a Pillow image, or an array or tensor
                (H,W), (H,W,3) RGB or (H,W,4) RGBA; 28×28 also as a row of 784.
            single: take the picture as exactly one digit.
            page: of a TIFF or a PDF, or the picture of an animation, from 1.
            region: read only this part: left, top, width and height of it in pixels, or per cent of the picture's
                sides: (120, 80, 400, 60) or "10%,20%,50%,10%".
            digits_only: leave marks and gaps out of the text of lines.

        Raises:
            PictureError: it is not a picture that can be read; its `code` says why.
            UsageError: the region is malformed or empty.

        """
        source, region, picture = name_of(picture), Region.of(region), rereadable(picture)
        with Document(picture) as document:
            decoded = document.decode(page, region)
            return self._reading(decoded, page, source, picture, single=single, digits_only=digits_only)

    def read_pages(
        self, picture: Picture, *, single: bool = False, region: RegionLike = None, digits_only: bool = False
    ) -> Iterator[Reading]:
        """Read every page of a TIFF or a PDF, or every picture of an animation, one after the other.

        One that cannot be read gives a reading with the status "error", and so do those after the first 1,000,
        together.

        Args:
            picture: as `read` takes it; most have one page.
            single: take each page as exactly one digit.
            region: of each page, as `read` takes it.
            digits_only: leave marks and gaps out of the text of lines.

        Raises:
            PictureError: it is not a picture that can be read; its `code` says why.
            UsageError: the region is malformed or empty.

        """
        region, source, picture = Region.of(region), name_of(picture), rereadable(picture)
        with Document(picture) as document:
            for page in range(1, min(document.pages, MAX_PAGES) + 1):
                try:
                    decoded = document.decode(page, region)
                    reading = self._reading(decoded, page, source, picture, single=single, digits_only=digits_only)
                except PictureError as error:
                    reading = Reading(source, error=error, page=page)
                yield reading
            if document.pages > MAX_PAGES:
                yield Reading(source, error=document.too_many_pages(), page=MAX_PAGES + 1)

    def read_many(
        self, pictures: Iterable[Picture], *, single: bool = False, region: RegionLike = None, digits_only: bool = False
    ) -> Iterator[Reading]:
        """Read pictures one after the other, page by page; what cannot be read gives a reading with the status "error".

        Args:
            pictures: as `read` takes them.
            single: take each page as exactly one digit.
            region: of each page, as `read` takes it.
            digits_only: leave marks and gaps out of the text of lines.

        Raises:
            UsageError: the region is malformed or empty.

        """
        region = Region.of(region)
        for picture in pictures:
            try:
                yield from self.read_pages(picture, single=single, region=region, digits_only=digits_only)
            except PictureError as error:
                yield Reading(name_of(picture), error=error)

    def _reading(
        self, page: Page, number: int, source: str, picture: Picture, *, single: bool, digits_only: bool
    ) -> Reading:
        """Find the digits of a page and say which to accept."""
        read = read_page(page.grey, self._models, single=single)
        decision = decide(read, page, self._calibrated, self._least, single=single, digits_only=digits_only)
        return Reading(
            source,
            decision.lines,
            picture=picture,
            page=number,
            digit_score=decision.score,
            rotation=90 * read.quarter_turns,
            notes=decision.notes,
        )
