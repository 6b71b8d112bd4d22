"""A page with its truth, and other sizes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

Boxes = npt.NDArray[np.float32]  # (N,4): left, top, right, bottom in pixels


@dataclass(frozen=True, eq=False)
class WrittenPage:
    """A picture of a page, with all that is written and printed on it.

    Attributes:
        grey: uint8 (H,W), 0 black to 255 white, as the camera sees it.
        labels: int64 (N,): 0 to 9 digits, 10 to 15 marks (10 + their place in `MARKS`), 16 (`NON_DIGIT`) other writing
            or print: a word, a letter, a scribble, a digit that is crossed out.
        boxes: float32 (N,4): left, top, right, bottom of the ink in pixels of `grey`.
        line: int64 (N,): to which of `lines` each belongs, -1 for what is not read. Those of a line stand in reading
            order, and are its characters but for the spaces.
        lines: what a reader should say: a text for each line in reading order, with marks as written and one space
            where a wide gap parts two numbers.
        kind: one of `KINDS`.
        quarter_turns: how many clockwise quarter turns of `grey` make it upright, 0 to 3.
        ignored: float32 (M,4): boxes of what nobody should be judged on, as it is cut by the border.

    """

    grey: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]
    boxes: Boxes
    line: npt.NDArray[np.int64]
    lines: tuple[str, ...]
    kind: str
    quarter_turns: int
    ignored: Boxes

    @property
    def digits(self) -> tuple[str, ...]:
        """The digits of each line that has any, without marks and spaces."""
        found = ("".join(filter(str.isdigit, text)) for text in self.lines)
        return tuple(text for text in found if text)


def scale_page(page: WrittenPage, factor: float) -> WrittenPage:
    """Return a page at another size; 0.5 is half as wide and half as tall."""
    height, width = page.grey.shape
    size = max(1, round(width * factor)), max(1, round(height * factor))
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    grey = np.asarray(cv2.resize(page.grey, size, interpolation=how), np.uint8)
    scale = np.array([size[0] / width, size[1] / height] * 2, np.float32)
    corner = np.array([*size, *size], np.float32)
    boxes, ignored = (np.minimum(each * scale, corner) for each in (page.boxes, page.ignored))
    return replace(page, grey=grey, boxes=boxes, ignored=ignored)


def keep_visible(page: WrittenPage) -> WrittenPage:
    """Clip boxes at the border; what is mostly beyond it is no longer asked for."""
    height, width = page.grey.shape
    corner = np.array([width, height, width, height], np.float32)
    clipped = np.clip(page.boxes, 0, corner)
    share = _area(clipped) / np.maximum(_area(page.boxes), 1e-6)
    visible = 0.6  # with less of it, nobody should be asked what it is
    kept, cut = share >= visible, (share < visible) & (share > 0)
    ignored = np.clip(np.concatenate([page.ignored, page.boxes[cut]]), 0, corner)
    lines, line = _without(page, kept)
    return replace(
        page,
        labels=page.labels[kept],
        boxes=clipped[kept],
        line=line[kept],
        lines=lines,
        ignored=ignored[_area(ignored) > 0],
    )


def _area(boxes: Boxes) -> Boxes:
    return np.asarray((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]), np.float32)


def _without(page: WrittenPage, kept: npt.NDArray[np.bool_]) -> tuple[tuple[str, ...], npt.NDArray[np.int64]]:
    """Return the lines with the characters of those items alone, and each item's line among those that are left."""
    lines: list[str] = []
    numbers = np.full(len(page.lines) + 1, -1)  # the last is for what belongs to no line
    for number, text in enumerate(page.lines):
        stays = iter(kept[page.line == number])
        left = "".join([character for character in text if character == " " or next(stays)]).split()
        if left:
            numbers[number] = len(lines)
            lines.append(" ".join(left))
    return tuple(lines), numbers[page.line]
