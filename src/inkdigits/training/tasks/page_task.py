"""The task of pages: every digit and mark, where it is, and what other writing there is."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from inkdigits.imaging.views import CELL, NATIVE, OTHER, SMALL, SYMBOLS, normalise_view
from inkdigits.models.page_network import page_network
from inkdigits.synthesis.difficulty import LEVELS
from inkdigits.synthesis.pages import WrittenPage, write_page
from inkdigits.synthesis.writers import Hands
from inkdigits.training.recipes.stream_recipes import PageRecipe
from inkdigits.training.tasks.sample_stream import SampleStream, StreamTask

_Boxes = npt.NDArray[np.float32]

_LEVELS = {"easy": 0.25, "medium": 0.4, "hard": 0.35}  # of the pages


@dataclass(frozen=True)
class Views:
    """Views of one size, with their truth in cells of four pixels."""

    pixels: Tensor  # uint8 (N,H,W), as `normalise_view` makes them
    symbols: Tensor  # float32 (N,16,H/4,W/4): 1 where the middle of a symbol is, less about it
    masks: Tensor  # float32 (N,2,H/4,W/4): 1 where there is other writing, and where there are digits too small to read
    boxes: Tensor  # float32 (N,4,H/4,W/4): left, top, right, bottom of the symbol, in units of `NATIVE` from the cell
    inside: Tensor  # float32 (N,H/4,W/4): 1 where `boxes` counts
    judged: Tensor  # float32 (N,H/4,W/4): 1 where the answer is judged, 0 where nobody could say


class Sizes:
    """Which digits the detector answers for, by the height of their line in a view, in pixels.

    Between two scales of a pyramid, a factor of 1.7 apart, every digit is within 14 and 24 pixels once; what is a
    little beyond is taught too, so that no digit falls between.
    """

    smallest: float = 11.0
    largest: float = 36.0
    too_small: float = 8.0  # between this and `smallest`, and above `largest`, nothing is judged
    too_large: float = 46.0
    drawn: tuple[float, float] = (12.5, 32.0)  # what most views are scaled to
    beyond: float = 0.12  # of the views: digits are much too large, and their strokes are not digits
    enlarged: tuple[float, float] = (50.0, 200.0)  # what those are scaled to
    side: int = 256  # pixels of a view
    turned: float = 0.08  # of the views: the page lies on its side, and nothing is to be read


def write_any_page(hands: Hands, rng: np.random.Generator) -> WrittenPage:
    """Return a page of any kind, as hard as chance has it."""
    level = str(rng.choice(list(_LEVELS), p=list(_LEVELS.values())))
    return write_page(hands, LEVELS[level], rng)


class PageStream(SampleStream[WrittenPage, Views]):
    """Batches of views; each page is written once and looked at three times, since to write it takes longer."""

    batches_a_group = batches_a_sample = 3

    def collate(self, samples: list[WrittenPage], rng: np.random.Generator) -> list[Views]:
        """Return batches of one view of each page."""
        return [_together([draw_view(page, rng) for page in samples]) for _ in range(self.batches_a_group)]


def draw_view(page: WrittenPage, rng: np.random.Generator) -> tuple[npt.NDArray[np.generic], ...]:
    """Return a random view of a page and its truth: the fields of `Views`, for one."""
    turned = rng.random() < Sizes.turned
    grey, boxes, ignored = _turned(page, page.quarter_turns + (int(rng.integers(1, 4)) if turned else 0))
    heights = _line_heights(boxes, page.labels, page.line)
    aim = int(rng.integers(len(boxes))) if len(boxes) and rng.random() < 0.8 else -1
    digits = np.flatnonzero(page.labels < len(SYMBOLS))
    if aim >= 0 and len(digits) and rng.random() < 0.8:
        aim = int(digits[int(rng.integers(len(digits)))])
    usual = heights[aim] if aim >= 0 else float(np.median(heights)) if len(heights) else 0.03 * max(grey.shape)
    drawn = Sizes.enlarged if rng.random() < Sizes.beyond else Sizes.drawn
    wanted = float(np.exp(rng.uniform(*np.log(drawn))))
    scale = float(np.clip(wanted / max(usual, 1.0), 16 / min(grey.shape), 6.0))
    shape = np.array(grey.shape[::-1]) * scale
    middle = boxes[aim].reshape(2, 2).mean(axis=0) * scale if aim >= 0 else rng.uniform(0, 1, 2) * shape
    middle = middle + rng.uniform(-0.4, 0.4, 2) * Sizes.side
    corner = np.where(shape > Sizes.side, np.clip(middle - Sizes.side / 2, 0, shape - Sizes.side), 0)
    offset = np.tile(corner, 2)
    truth = _truth(boxes * scale - offset, page.labels, heights * scale, ignored * scale - offset, turned=turned)
    return _cut(grey, scale, corner), *truth


def _cut(grey: npt.NDArray[np.uint8], scale: float, corner: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    """Return a square of a page at a scale; beyond the page, its border goes on."""
    side = Sizes.side
    left, top = (corner / scale).astype(int)
    reach = int(np.ceil(side / scale)) + 2
    part = grey[top : top + reach, left : left + reach]
    size = max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale))
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)[:side, :side]
    view = normalise_view(np.asarray(small, np.uint8))
    below, beside = side - view.shape[0], side - view.shape[1]
    return np.asarray(cv2.copyMakeBorder(view, 0, below, 0, beside, cv2.BORDER_CONSTANT, value=128), np.uint8)


def _turned(page: WrittenPage, turns: int) -> tuple[npt.NDArray[np.uint8], _Boxes, _Boxes]:
    """Return a page turned clockwise by quarter turns: its pixels, boxes and what nobody could say."""
    grey, boxes, ignored = page.grey, page.boxes, page.ignored
    for _ in range(turns % 4):
        height = grey.shape[0]
        grey = np.rot90(grey, -1)
        boxes, ignored = (
            np.column_stack([height - own[:, 3], own[:, 0], height - own[:, 1], own[:, 2]]) for own in (boxes, ignored)
        )
    return np.ascontiguousarray(grey), boxes.astype(np.float32), ignored.astype(np.float32)


def _line_heights(
    boxes: _Boxes, labels: npt.NDArray[np.int64], lines: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Return how tall the digits of each symbol's line are, and each other thing itself."""
    own: npt.NDArray[np.float64] = np.maximum(boxes[:, 3] - boxes[:, 1], 1).astype(np.float64)
    heights = own.copy()
    for line in np.unique(lines[lines >= 0]):
        mine = lines == line
        digits = mine & (labels < 10)
        if digits.any():
            heights[mine] = np.quantile(own[digits], 0.6)
    return np.asarray(heights)


def _truth(
    boxes: _Boxes,
    labels: npt.NDArray[np.int64],
    heights: npt.NDArray[np.float64],
    ignored: _Boxes,
    *,
    turned: bool,
) -> tuple[npt.NDArray[np.float32], ...]:
    """Return what the detector should say; boxes and heights are in pixels of the view."""
    cells = Sizes.side // CELL
    symbols = np.zeros((len(SYMBOLS), cells, cells), np.float32)
    masks = np.zeros((2, cells, cells), np.float32)
    places = np.zeros((4, cells, cells), np.float32)
    inside = np.zeros((cells, cells), np.float32)
    judged = np.ones((cells, cells), np.float32)
    for box in ignored:
        judged[_covered(box, cells)] = 0
    order = np.argsort(-heights, kind="stable")  # what is smaller is drawn last, and counts where two overlap
    for box, label, height in zip(boxes[order], labels[order].tolist(), heights[order].tolist(), strict=True):
        covered = _covered(box, cells)
        if turned or label >= OTHER:
            masks[0][covered] = 1
        elif height < Sizes.too_small:
            masks[1][covered] = 1
        elif height < Sizes.smallest or Sizes.largest < height < Sizes.too_large:
            judged[covered] = 0
            masks[1][covered] = float(height < Sizes.smallest)
        elif height <= Sizes.largest:
            _draw_symbol(symbols[label], places, inside, box, height)
    return symbols, masks, places, inside, judged


def _covered(box: _Boxes, cells: int) -> tuple[slice, slice]:
    """Return the cells whose middles are in a box; at least one, if the box is on the view."""
    left, top, right, bottom = np.clip(np.rint(box / CELL), 0, cells).astype(int)
    return slice(top, max(bottom, top + 1)), slice(left, max(right, left + 1))


def _draw_symbol(
    symbol: npt.NDArray[np.float32],
    places: npt.NDArray[np.float32],
    inside: npt.NDArray[np.float32],
    box: _Boxes,
    height: float,
) -> None:
    """Draw a symbol's middle as a small hill (X. Zhou et al., "Objects as points", 2019), and its box about it."""
    cells = symbol.shape[0]
    across, down = (box[0] + box[2]) / 2 / CELL - 0.5, (box[1] + box[3]) / 2 / CELL - 0.5
    column, row = round(float(across)), round(float(down))
    if not (0 <= column < cells and 0 <= row < cells):
        return
    spread = 0.09 * height / CELL  # cells
    near = _around(row, 3, cells), _around(column, 3, cells)
    rows, columns = np.mgrid[near]
    hill = np.exp(-((rows - down) ** 2 + (columns - across) ** 2) / (2 * max(spread, 0.4) ** 2))
    np.maximum(symbol[near], hill, out=symbol[near])
    symbol[row, column] = 1
    close = _around(row, 1, cells), _around(column, 1, cells)
    rows, columns = np.mgrid[close]
    x, y = (columns + 0.5) * CELL, (rows + 0.5) * CELL
    places[:, close[0], close[1]] = np.stack([box[0] - x, box[1] - y, box[2] - x, box[3] - y]) / NATIVE
    inside[close] = 1


def _around(cell: int, reach: int, cells: int) -> slice:
    return slice(max(cell - reach, 0), min(cell + reach + 1, cells))


def _together(views: list[tuple[npt.NDArray[np.generic], ...]]) -> Views:
    return Views(*(torch.from_numpy(np.stack(field)) for field in zip(*views, strict=True)))


class PagesTask(StreamTask[Views]):
    """Views of synthesised pages; the share of views whose symbols are all found, and nothing else, is watched."""

    recipe: PageRecipe

    def build(self) -> nn.Sequential:
        """Return the recipe's network, which at first says that nothing is anywhere."""
        network = page_network(self.recipe.fine, self.recipe.coarse, self.recipe.context)
        nn.init.constant_(network[-1].bias[:OTHER], -4.6)  # type: ignore[index]  # the last is a convolution
        return network

    def inputs(self, truth: Views) -> Tensor:
        """Return views in which 0 is the mean of what is about a pixel, and 1 a standard deviation."""
        return (truth.pixels.float() - 128) / 32

    def loss(self, answers: Tensor, truth: Views) -> Tensor:
        """Return the loss of a batch for each symbol in it.

        Symbols: the focal loss with less weight near a middle (X. Zhou, D. Wang, P. Krähenbühl, "Objects as points",
        2019). Masks: cross entropy. Boxes: how far each edge is off, in heights of a digit.
        """
        logits, masks, boxes = answers[:, :OTHER], answers[:, OTHER : SMALL + 1], answers[:, SMALL + 1 :]
        judged = truth.judged[:, None]
        middles = (truth.symbols == 1).float()
        found = logits.sigmoid()
        focus = 2  # exponents of the focal loss, as in the paper
        hits = functional.logsigmoid(logits) * (1 - found) ** focus * middles
        misses = functional.logsigmoid(-logits) * found**focus * (1 - truth.symbols) ** 4 * (1 - middles)
        count = (middles * judged).sum().clamp(min=1)
        symbols = -((hits + misses) * judged).sum() / count
        shown = functional.binary_cross_entropy_with_logits(masks, truth.masks, reduction="none")
        off = functional.smooth_l1_loss(boxes, truth.boxes, beta=0.05, reduction="none").sum(1)
        inside = truth.inside * truth.judged
        return symbols + 4.0 * (shown * judged).mean() + (off * inside).sum() / inside.sum().clamp(min=1)

    def count_right(self, answers: Tensor, truth: Views) -> int:
        """Return in how many views just the right symbols are found."""
        scores = answers[:, :OTHER].sigmoid() * truth.judged[:, None]
        best = scores.amax(1)
        peaks = (best == functional.max_pool2d(best[:, None], 3, 1, 1)[:, 0]) & (best > 0.3)
        middles = (truth.symbols == 1).any(1) & (truth.judged > 0)
        near = functional.max_pool2d((truth.symbols == 1).float(), 3, 1, 1)
        right = near.gather(1, scores.argmax(1, keepdim=True))[:, 0] > 0
        wrong = (peaks & ~right).flatten(1).any(1)
        return int((~wrong & (peaks.flatten(1).sum(1) == middles.flatten(1).sum(1))).sum())
