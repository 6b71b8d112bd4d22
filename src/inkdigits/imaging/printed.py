"""What is printed about digits, rules and boxes, and how to take it away without cutting what crosses it."""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["without_boxes", "without_long_strokes", "without_rules"]

_Ink: TypeAlias = npt.NDArray[np.float32]
_Mask: TypeAlias = npt.NDArray[np.uint8]
_Part: TypeAlias = tuple[slice, slice]

_CORE = 0.35  # of full ink
_SMALLEST = 14  # pixels: the side of a box that is worth looking for
_STRIP = 0.1  # of a piece's side: how far from its border a printed edge may lie
_COVERED = 0.82, 0.5  # of an edge's length there is ink, on three sides and on the fourth
_LONG_EDGE = 0.55  # of its side: an edge is straight for as long
_CORNERS = 3  # of four are inked at least
_HOLLOW = 0.45  # of a box's area is ink at most
_THICKEST = 0.22  # of a box's shorter side
_MOST = 200  # pieces that are looked at, the largest
_STRAIGHT = 0.12  # of the page: a rule is straight for as long, though it may slope
_BORDER_TO_BORDER = 0.96  # of the page
_RULE_COVERED = 0.75  # of the page, in which a rule is seen to be straight
_RULE_THICKEST = 0.05  # of the page


def without_rules(ink: _Ink) -> _Ink:
    """Return ink without rules: thin straight strokes that run from one border of the page to the other.

    Args:
        ink: float32 (H,W), 0 paper to 1 ink.

    Returns:
        the same array if there is no rule, else a copy.

    """
    mask = (ink > _CORE).astype(np.uint8)
    whole = slice(0, ink.shape[0]), slice(0, ink.shape[1])
    for across in (True, False):
        rules = _rules(mask) if across else _turned(_rules(_turned(mask)))
        if rules.any():
            mask &= 1 - rules
            ink = _erased(ink, ink.copy(), rules, whole, across=across, down=not across)
    return ink


def without_boxes(ink: _Ink) -> _Ink:
    """Return ink without printed boxes: pieces whose border is a rectangle, drawn on at least three sides.

    The edges go, with the walls between the cells of a row of boxes.

    Args:
        ink: float32 (H,W), 0 paper to 1 ink.

    Returns:
        the same array if there is no box, else a copy.

    """
    mask = (ink > _CORE).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    order = np.argsort(-stats[1:, cv2.CC_STAT_WIDTH] * stats[1:, cv2.CC_STAT_HEIGHT], kind="stable")[:_MOST] + 1
    cleared = None
    for name in order:
        left, top, width, height, area = (int(value) for value in stats[name])
        if min(width, height) < _SMALLEST or area > _HOLLOW * width * height:
            continue
        part = slice(top, top + height), slice(left, left + width)
        piece = (labels[part] == name).astype(np.uint8)
        if not _is_box(piece):  # a digit that crosses its box may reach further
            first_row, last_row, first, last = _frame(piece)
            piece = piece[first_row:last_row, first:last]
            part = slice(top + first_row, top + last_row), slice(left + first, left + last)
        if min(piece.shape) >= _SMALLEST and _is_box(piece):
            cleared = ink.copy() if cleared is None else cleared
            cleared = _erased(ink, cleared, _edges(piece), part, across=True, down=True)
    return ink if cleared is None else cleared


def without_long_strokes(mask: _Mask, long: float, tall: float) -> _Mask:
    """Return a mask without straight strokes that are longer than any of a digit; what crosses them stays whole.

    Args:
        mask: uint8 (H,W), 1 where there is ink.
        long: pixels; a horizontal stroke of more goes.
        tall: the same of a vertical stroke.

    """
    return _turned(_without_long(_turned(_without_long(mask, round(long))), round(tall)))


def _dilated(mask: _Mask, height: int, width: int) -> _Mask:
    return np.asarray(cv2.dilate(mask, np.ones((height, width), np.uint8)), np.uint8)


def _opened(mask: _Mask, height: int, width: int) -> _Mask:
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((height, width), np.uint8)), np.uint8)


def _closed(mask: _Mask, height: int, width: int) -> _Mask:
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((height, width), np.uint8)), np.uint8)


def _turned(mask: _Mask) -> _Mask:
    return np.ascontiguousarray(mask.T)


def _without_long(mask: _Mask, length: int) -> _Mask:
    if length < 3 or length > mask.shape[1]:
        return mask
    rules = _opened(_dilated(mask, 3, 1), 1, length)
    if not rules.any():
        return mask
    without = mask & (1 - _dilated(rules, 3, 1))
    # A stroke that crosses the rule is seen on both sides of it.
    return np.asarray(without | (_closed(without, 9, 1) & mask), np.uint8)


def _rules(mask: _Mask) -> _Mask:
    """Return where rules run from the left border to the right."""
    height, width = mask.shape
    rules = np.zeros_like(mask)
    length = max(12, round(_STRAIGHT * width))
    if length >= width:
        return rules
    # A rule may slope: it is straight for a while, within a pixel or two.
    near = _dilated(mask, 3, 1)
    straight = _opened(near, 1, length) & mask
    if straight.any(axis=0).mean() < _RULE_COVERED:
        return rules
    joined = _dilated(straight, 3, 1 + length // 2)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    for name in np.flatnonzero(stats[1:, cv2.CC_STAT_WIDTH] >= _BORDER_TO_BORDER * width) + 1:
        own = straight & (labels == name)
        covered = int(own.any(axis=0).sum())
        if covered >= _RULE_COVERED * width and int(own.sum()) <= max(3.0, _RULE_THICKEST * height) * covered:
            rules |= _along_a_line(own)
    return rules


def _along_a_line(rule: _Mask) -> _Mask:
    """Return a rule without the bars of digits that it passes: only what is as near its line as it is thick."""
    rows, columns = np.nonzero(rule)
    inked = np.flatnonzero(rule.any(axis=0))
    middles = np.bincount(columns, rows, rule.shape[1])[inked] / rule.sum(axis=0, dtype=np.int64)[inked]
    kept = np.ones(len(inked), bool)
    for _ in range(3):
        slope, start = np.polyfit(inked[kept], middles[kept], 1) if kept.sum() > 1 else (0.0, middles[0])
        away = np.abs(middles - slope * inked - start)
        kept = away <= max(1.0, float(np.median(away)) * 1.5)
    thickness = float(np.median(rule.sum(axis=0)[inked]))
    near = np.abs(rows - slope * columns - start) <= thickness / 2 + 1
    line = np.zeros_like(rule)
    line[rows[near], columns[near]] = 1
    return line


def _frame(piece: _Mask) -> tuple[int, int, int, int]:
    """Return where the outermost long edges of a piece are, down and across; all of it where there are none."""
    height, width = piece.shape
    long = max(5, round(_LONG_EDGE * min(height, width)))
    across, down = _opened(_dilated(piece, 3, 1), 1, long) & piece, _opened(_dilated(piece, 1, 3), long, 1) & piece
    rows = np.flatnonzero(across.sum(axis=1, dtype=np.int64) >= _LONG_EDGE * width)
    columns = np.flatnonzero(down.sum(axis=0, dtype=np.int64) >= _LONG_EDGE * height)
    if len(rows) and len(columns) and rows[-1] - rows[0] >= height / 2 and columns[-1] - columns[0] >= width / 2:
        return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    return 0, height, 0, width


def _is_box(piece: _Mask) -> bool:
    """Say whether a piece of ink has the straight edges of a box, and corners, which a round digit has not."""
    strip = max(2, round(_STRIP * min(piece.shape)))
    near, far = slice(None, strip), slice(-strip, None)
    corners = sum(bool(piece[rows, columns].any()) for rows in (near, far) for columns in (near, far))
    if corners < _CORNERS:
        return False
    sides = piece[:strip].any(0), piece[-strip:].any(0), piece[:, :strip].any(1), piece[:, -strip:].any(1)
    covered = sorted(float(side.mean()) for side in sides)
    return covered[1] >= _COVERED[0] and covered[0] >= _COVERED[1]


def _edges(piece: _Mask) -> _Mask:
    """Return where the edges of a box run, and the walls between its cells."""
    height, width = piece.shape
    strip = max(2, round(_STRIP * min(height, width)))
    across = _opened(piece, 1, max(5, round(0.5 * min(width, 2 * height))))
    across[strip + 1 : -strip - 1] = 0  # a long bar inside is a digit's
    down = _opened(piece, max(5, round(0.6 * height)), 1)
    thick = max(1, round(_THICKEST * min(height, width)))
    walls = down & (1 - _opened(down, 1, thick + 1))
    edges = _dilated(across | walls, 3, 3)
    edges[:strip] = edges[-strip:] = 1
    edges[:, :strip] = edges[:, -strip:] = 1
    return np.asarray(edges & piece, np.uint8)


def _erased(ink: _Ink, cleared: _Ink, edges: _Mask, part: _Part, *, across: bool, down: bool) -> _Ink:
    """Erase edges with their soft rims from `cleared`, and give it back the strokes of `ink` that cross them."""
    rows, columns = (slice(max(0, one.start - 2), one.stop + 2) for one in part)
    roomy = rows, columns
    room = np.zeros(ink[roomy].shape, np.uint8)
    top, left = part[0].start - rows.start, part[1].start - columns.start
    room[top : top + edges.shape[0], left : left + edges.shape[1]] = edges
    view = cleared[roomy]
    rim = (_dilated(room, 5, 5) > 0) & (ink[roomy] <= _CORE)
    view[(room > 0) | rim] = 0
    kept = (view > _CORE).astype(np.uint8)
    crossing = np.zeros_like(room)
    if across:
        crossing |= _closed(kept, _thickness(room), 1)
    if down:
        crossing |= _closed(kept, 1, _thickness(_turned(room)))
    back = (crossing & room) > 0
    view[back] = ink[roomy][back]
    return cleared


def _thickness(edges: _Mask) -> int:
    """Return how many pixels thick the edges are that lie across, and a little more."""
    begins = np.diff(np.pad(edges, ((1, 0), (0, 0))).astype(np.int8), axis=0) > 0
    thickness = np.median(edges.sum(axis=0)[edges.any(axis=0)] / np.maximum(1, begins.sum(axis=0))[edges.any(axis=0)])
    return 5 + round(min(float(thickness), 0.1 * max(edges.shape))) if edges.any() else 5
