"""The page detector run by ONNX Runtime: a view in, what stands in each cell of it out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from inkdigits.imaging.views import CELL, OUTPUTS
from inkdigits.reading.model_file import BUNDLED_PAGES, PAGE_INTERFACE, open_model


class Detector:
    """Finds digits, marks and other writing in a view of a page; opened as `open_model` opens a file."""

    def __init__(self, path: Path = BUNDLED_PAGES, *, threads: int | None = None) -> None:
        self._session, self.info = open_model(path, threads, PAGE_INTERFACE)

    def cells(self, view: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Return what the detector says of each cell of a view.

        Args:
            view: uint8 (H,W), as `inkdigits.imaging.views.normalise_view` makes it.

        Returns:
            float32 (22,ceil(H/4),ceil(W/4)): probabilities of sixteen symbols that have their middle there, of other
            writing and of digits too small to read, and the edges of the symbol's box in heights of a digit.

        """
        height, width = view.shape
        fine = 8  # the detector also looks at half the size of its cells
        coarse = 32  # a large view, so that few shapes occur
        step = fine if max(height, width) < 8 * coarse else coarse
        padded = np.full((1, -(-height // step) * step, -(-width // step) * step), 128, np.uint8)
        padded[0, :height, :width] = view
        (cells,) = self._session.run(None, {"views": padded})
        assert cells.shape[1] == OUTPUTS  # noqa: S101 - its file was checked when it was opened
        return np.asarray(cells[0, :, : -(-height // CELL), : -(-width // CELL)], np.float32)
