"""All kinds of pages, and the way from a kind and a level to a picture with its truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from inkdigits.synthesis.difficulty import Level
from inkdigits.synthesis.pages import blank, documents, free, grids
from inkdigits.synthesis.pages.camera import photograph
from inkdigits.synthesis.pages.draft import Draft
from inkdigits.synthesis.pages.marginalia import draw_margin
from inkdigits.synthesis.pages.paper import develop
from inkdigits.synthesis.pages.sheet import Sheet
from inkdigits.synthesis.pages.view import Geometry, View, geometry, random_view
from inkdigits.synthesis.pages.written_page import WrittenPage, keep_visible, scale_page
from inkdigits.synthesis.writers import Hands


@dataclass(frozen=True)
class _Kind:
    """How a kind of page is made."""

    write: Callable[[Draft], Sheet]  # lays it out and writes it
    weight: float = 1.0  # how often it is drawn where none is asked for
    desk: float = 0.5  # how often it lies on a desk, times the level's share
    bent: float = 0.1  # how often its lines are bent, as those of an open book
    margin: float = 1.0  # how often a tall line stands beside it, times the level's share of clutter


_KINDS = {
    "single": _Kind(free.single, desk=0.0, bent=0.0, margin=0.0),
    "string": _Kind(free.string, 1.3, desk=0.1, bent=0.0, margin=0.0),
    "boxes": _Kind(grids.boxes, desk=0.0, bent=0.0, margin=0.0),
    "lines": _Kind(free.lines, 1.3, margin=2.0),
    "columns": _Kind(free.columns, 0.6),
    "table": _Kind(grids.table, 1.2),
    "form": _Kind(documents.form, 1.3),
    "notebook": _Kind(documents.notebook, bent=0.4, margin=0.0),
    "scorecard": _Kind(grids.scorecard, 0.7),
    "sudoku": _Kind(grids.sudoku, 1.2, desk=0.3, bent=0.3, margin=0.0),
    "cheque": _Kind(documents.cheque, desk=0.0, bent=0.0, margin=0.0),
    "note": _Kind(documents.note, 1.2, desk=9.0),
    "dark": _Kind(documents.dark, 0.6, desk=0.2),
    "words": _Kind(blank.words, 0.8),
    "nothing": _Kind(blank.nothing, 0.8, desk=0.1),
}
KINDS = tuple(_KINDS)

_MOST = 5.0  # megapixels that are drawn; larger pictures are enlarged, as cameras of many megapixels are soft


def write_page(
    hands: Hands, level: Level, rng: np.random.Generator, *, kind: str | None = None, megapixels: float | None = None
) -> WrittenPage:
    """Write a page, and photograph or scan it.

    Args:
        hands: what can write.
        level: how much trouble to add.
        rng: the source of chance.
        kind: one of `KINDS`; None draws one.
        megapixels: of the picture; None draws what the level has, and leaves a picture that is tight about its
            writing as large as that is.

    """
    if kind is None:
        weights = np.array([each.weight for each in _KINDS.values()])
        kind = KINDS[int(rng.choice(len(KINDS), p=weights / weights.sum()))]
    how = _KINDS[kind]
    on_desk = bool(rng.random() < how.desk * level.desk) or kind == "note"
    view = random_view(level, rng, on_desk=on_desk, bent=bool(rng.random() < how.bent * level.clutter * 4))
    low, high = level.megapixels
    size = megapixels if megapixels is not None else float(np.exp(rng.uniform(np.log(low), np.log(high))))
    draft = _draft(hands, level, rng, view, min(size, _MOST))
    sheet = how.write(draft)
    if rng.random() < how.margin * level.clutter:
        draw_margin(sheet, _typical(sheet), rng)
    drawn = None if megapixels is None else min(megapixels, _MOST)
    seen = geometry(view, sheet.width, sheet.height, drawn, float(rng.uniform(0.3, 0.8)))
    if rng.random() < level.neighbours:
        _add_neighbour(draft, sheet, seen, _typical(sheet))
    page = _photograph(sheet, seen, view, level, rng, kind)
    if megapixels is not None and megapixels > _MOST:
        page = scale_page(page, float(np.sqrt(megapixels / _MOST)))
    if rng.random() < level.inverted:
        page = replace(page, grey=255 - page.grey)
    if (page.labels < 10).sum() >= 8:  # a 6 on its head is a 9: only many digits say how a page stands
        page = _turn(page, view.quarter_turns)
    return page


def _draft(hands: Hands, level: Level, rng: np.random.Generator, view: View, megapixels: float) -> Draft:
    """Return what a page is made with, so large that its picture has so many megapixels."""
    ratio = float(np.exp(rng.normal(0, 0.3)))
    height = 1000 * float(np.sqrt(megapixels * ratio))
    width = height / ratio
    picture = geometry(view, round(width), round(height), None, 0.5).size
    shrink = float(np.sqrt(width * height / (picture[0] * picture[1])))
    return Draft(hands, level, rng, view, max(48, round(width * shrink)), max(48, round(height * shrink)))


def _photograph(
    sheet: Sheet, seen: Geometry, view: View, level: Level, rng: np.random.Generator, kind: str
) -> WrittenPage:
    """Return a picture of a sheet, with what is on it."""
    scale = float(np.sqrt(abs(np.linalg.det(seen.matrix[:2, :2]))))
    height = _typical(sheet)
    boxes = _boxes(sheet, seen)
    shine, contrast = develop(sheet, height, level, rng)
    grey = photograph(shine, contrast, seen, boxes, scale * height, level, rng, on_desk=view.desk is not None)
    labels = np.array([item.label for item in sheet.items], np.int64)
    line = np.array([item.line for item in sheet.items], np.int64)
    known = labels >= 0
    page = WrittenPage(
        grey=grey,
        labels=labels[known],
        boxes=boxes[known],
        line=line[known],
        lines=tuple(sheet.lines),
        kind=kind,
        quarter_turns=0,
        ignored=boxes[~known],
    )
    return keep_visible(page)


def _boxes(sheet: Sheet, seen: Geometry) -> npt.NDArray[np.float32]:
    """Return where each item is in the picture, (N,4)."""
    if not sheet.items:
        return np.zeros((0, 4), np.float32)
    counts = [len(item.outline) for item in sheet.items]
    points = seen.points(np.concatenate([item.outline for item in sheet.items]))
    begins = np.concatenate([[0], np.cumsum(counts)[:-1]])
    low, high = np.minimum.reduceat(points, begins), np.maximum.reduceat(points, begins)
    return np.concatenate([low, high], axis=1).astype(np.float32)


def _typical(sheet: Sheet) -> float:
    """Return the height of what is read on a sheet, or of all that is on it, in pixels; 30 if there is nothing."""
    read = [item for item in sheet.items if 0 <= item.label < 10]
    heights = [float(np.ptp(item.outline[:, 1])) for item in read or sheet.items]
    return float(np.median(heights or [30.0]))


def _add_neighbour(draft: Draft, sheet: Sheet, seen: Geometry, height: float) -> None:
    """Let the picture's border cut what is written beside, of which a little is seen."""
    ink = draft.digit(draft.many(0, 9), height)
    shown = draft.between(0.1, 0.4)
    side = draft.many(0, 3)
    width, tall = seen.size
    along = draft.between(0, 1)
    border = [(0.0, along * tall), (float(width), along * tall), (along * width, 0.0), (along * width, float(tall))]
    back = np.linalg.inv(seen.matrix) @ np.array([*border[side], 1.0])
    x, y = back[:2] / back[2] - sheet.bleed
    left = (x - (1 - shown) * ink.shape[1], x - shown * ink.shape[1], x, x)[side]
    top = (y, y, y - (1 - shown) * ink.shape[0], y - shown * ink.shape[0])[side]
    room = 0.15 * height
    if sheet.is_free((left - room, top - room, left + ink.shape[1] + room, top + ink.shape[0] + room)):
        sheet.put(ink, left, top, -1)


def _turn(page: WrittenPage, quarter_turns: int) -> WrittenPage:
    """Return a page that so many clockwise quarter turns make upright."""
    grey, boxes, ignored = page.grey, page.boxes, page.ignored
    for _ in range(quarter_turns):
        width = np.float32(grey.shape[1])
        grey = np.rot90(grey)
        boxes, ignored = (
            np.column_stack([one[:, 1], width - one[:, 2], one[:, 3], width - one[:, 0]]) for one in (boxes, ignored)
        )
    return replace(page, grey=np.ascontiguousarray(grey), boxes=boxes, quarter_turns=quarter_turns, ignored=ignored)
