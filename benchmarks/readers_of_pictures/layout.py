"""Pieces of text with their places, as general readers return them, put into lines."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["in_lines"]

Corners = Sequence[Sequence[float]]  # (4,2): x and y


def in_lines(boxes: Sequence[Corners], texts: Sequence[str]) -> list[str]:
    """Return the texts line by line from the top; in a line, from the left.

    A piece belongs to the line above it if its middle is not below that line's first piece.

    Args:
        boxes: the corners of each piece.
        texts: what it says.

    """
    lines: list[list[tuple[float, float, str]]] = []  # bottom, left, text
    for corners, text in sorted(zip(boxes, texts, strict=True), key=lambda piece: _middle(piece[0])):
        piece = max(y for _, y in corners), min(x for x, _ in corners), text
        if lines and _middle(corners) <= lines[-1][0][0]:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return [" ".join(text for _, _, text in sorted(line, key=lambda piece: piece[1])) for line in lines]


def _middle(corners: Corners) -> float:
    return sum(y for _, y in corners) / len(corners)
