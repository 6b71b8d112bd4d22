"""A sheet of all uncertain digits, to look through by eye."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from PIL import Image, ImageDraw

from inkdigits.errors import printable
from inkdigits.files import open_atomically
from inkdigits.pictures.decode import open_picture
from inkdigits.results.characters import Digit
from inkdigits.results.digit_shares import runner_up
from inkdigits.results.drawing import COLOURS, PAPER, WORDS, draw_box, drawing_format, font
from inkdigits.results.percent import percent
from inkdigits.results.transcript import Transcript

MOST = 500  # digits on a sheet


# Pixels: the part of the picture about a digit, the room between tiles and about the sheet, and that above the tiles.
_CROP, _MARGIN, _HEADING = 128, 16, 64
_TILE = _CROP + _MARGIN, _CROP + 76  # a digit with what is said of it: width and height


class ContactSheet:
    """Collects the uncertain digits of readings: the least sure 500, sorted by what was read."""

    def __init__(self) -> None:
        self.total = 0
        self._order = count()
        self._tiles: list[tuple[float, int, int, Image.Image]] = []  # a heap, the surest first

    @classmethod
    @contextmanager
    def to_file(cls, path: str | Path, inputs: Iterable[str | Path] = ()) -> Iterator[ContactSheet]:
        """Yield a sheet to add readings to, and write it to a file at the end, which replaces none of the inputs.

        Raises:
            OutputError: the file cannot be written, which is found out at the beginning.

        """
        kind = drawing_format(path)
        with open_atomically(path, inputs) as file:
            sheet = cls()
            yield sheet
            sheet.draw().save(file, format=kind)

    def add(self, reading: Transcript) -> None:
        """Add the uncertain digits of a reading.

        Raises:
            PictureError: its picture cannot be read any more.

        """
        uncertain = [digit for digit in reading.digits if not digit.accepted]
        self.total += len(uncertain)
        wanted = [digit for digit in uncertain if len(self._tiles) < MOST or -digit.confidence > self._tiles[0][0]]
        if not wanted or reading.picture is None:
            return
        image, width, _ = open_picture(reading.picture, "RGB", 4_000_000, reading.page)  # pixels
        for digit in wanted:
            tile = _tile(reading, digit, image, image.width / width)
            heapq.heappush(self._tiles, (-digit.confidence, next(self._order), digit.value, tile))
            if len(self._tiles) > MOST:
                heapq.heappop(self._tiles)

    def draw(self) -> Image.Image:
        """Draw the sheet, RGB, with a title and a tile a digit, the doubtful ones of each value together."""
        tiles = sorted(self._tiles, key=lambda tile: (tile[2], -tile[0], tile[1]))
        columns = min(8, max(3, len(tiles)))
        rows = -(-len(tiles) // columns)
        size = (2 * _MARGIN + columns * _TILE[0], _HEADING + rows * _TILE[1] + _MARGIN)
        sheet = Image.new("RGB", size, PAPER)
        draw = ImageDraw.Draw(sheet)
        title = f"{self.total} uncertain digit{'s' * (self.total != 1)}"
        draw.text((_MARGIN, 26), title, COLOURS["uncertain" if self.total else "ok"], font(26), anchor="lm")
        if self.total > len(tiles):
            left_out = f"the {len(tiles)} least sure are shown, {self.total - len(tiles)} are left out"
            draw.text((_MARGIN, 50), left_out, WORDS, font(14), anchor="lm")
        for place, (*_, tile) in enumerate(tiles):
            row, column = divmod(place, columns)
            sheet.paste(tile, (_MARGIN + column * _TILE[0], _HEADING + row * _TILE[1]))
        return sheet


def _tile(reading: Transcript, digit: Digit, image: Image.Image, scale: float) -> Image.Image:
    """Draw a digit with what is around it, what was read, what else it may be, and where it stands."""
    x, y, width, height = (length * scale for length in digit.box)
    side = max(width, height, 1) * (1 + 2 * 0.4)  # as much of the digit's longer side is shown about it
    left, top = x + width / 2 - side / 2, y + height / 2 - side / 2
    enlarged = _CROP / side
    size, part = (_CROP, _CROP), (left, top, left + side, top + side)
    crop = image.transform(size, Image.Transform.EXTENT, part, Image.Resampling.BICUBIC, fillcolor=PAPER)
    tile = Image.new("RGB", _TILE, PAPER)
    tile.paste(crop)
    draw = ImageDraw.Draw(tile)
    corner = round((x - left) * enlarged) - 4, round((y - top) * enlarged) - 4
    draw_box(draw, digit, *corner, corner[0] + round(width * enlarged) + 8, corner[1] + round(height * enlarged) + 8)
    verdict = f"{digit.value}?  {percent(digit.confidence)}"
    draw.text((0, _CROP + 16), verdict, COLOURS["uncertain"], font(20), anchor="lm")
    if second := runner_up(digit):
        other = f"or {second[0]}  {percent(second[1])}"
        draw.text((0, _CROP + 37), other, WORDS, font(14), anchor="lm")
    draw.text((0, _CROP + 56), _place(reading, draw), WORDS, font(11), anchor="lm")
    return tile


def _place(reading: Transcript, draw: ImageDraw.ImageDraw) -> str:
    """Return as much of the end of a picture's name as fits, which tells more than its beginning, and its page."""
    page = f" p. {reading.page}" if reading.page > 1 else ""
    whole = name = printable(Path(reading.source).name)
    while draw.textlength(f"{name}{page}", font(11)) > _CROP:
        whole = whole[1:]
        name = f"…{whole}"
    return f"{name}{page}"
