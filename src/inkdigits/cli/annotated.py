"""A folder of annotated pictures, each with a name of its own."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from inkdigits.errors import printable
from inkdigits.files import make_folder
from inkdigits.results.reading import Reading


class AnnotatedFolder:
    """Keeps annotated pictures apart whose sources have the same name, and never writes over a source.

    The folder is made if need be; OutputError is raised where it cannot be, or not be written to.
    """

    def __init__(self, folder: Path, sources: Iterable[str]) -> None:
        self.folder = make_folder(folder)
        self._taken = {_same(Path(source)) for source in sources}

    def save(self, reading: Reading) -> Path:
        """Draw a reading into the folder as `<stem>.png`, or `<stem>-2.png` where that is taken.

        Pages after the first are called `<stem>-page-2.png`.

        Raises:
            OutputError: the picture cannot be written.
            PictureError: its source cannot be read any more.

        """
        stem = printable("stdin" if reading.source == "-" else Path(reading.source).stem).replace("\\", "_")
        stem += f"-page-{reading.page}" if reading.page > 1 else ""
        number, path = 1, self.folder / f"{stem}.png"
        while _same(path) in self._taken:
            number += 1
            path = self.folder / f"{stem}-{number}.png"
        self._taken.add(_same(path))
        return reading.save(path)


def _same(path: Path) -> str:
    """Return a text that is equal for equal files, on systems that ignore case too."""
    return str(path.resolve()).casefold()
