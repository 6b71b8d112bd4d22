"""Many pictures, read by several processes: what one cannot bear ends none of the others."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from functools import partial
from typing import Any

from inkdigits.errors import PictureError
from inkdigits.imaging.decode import Picture
from inkdigits.pool.readers import Readers
from inkdigits.reader import Reader
from inkdigits.results.reading import Reading

__all__ = ["read_in_order"]

_AHEAD = 4  # pictures for each process that are asked for before the first of them is wanted


def read_in_order(
    readers: Readers, pictures: Iterable[tuple[str, Picture]], how: dict[str, Any]
) -> Iterator[list[Reading]]:
    """Yield the readings of each picture's pages, in the order of the pictures.

    A picture that takes too long or too much has one reading with the status "error".

    Args:
        readers: who read.
        pictures: what each is called, and what `Reader.read_many` takes.
        how: what else that takes.

    """
    asked: deque[tuple[str, Future[list[Reading]]]] = deque()
    for source, picture in pictures:
        asked.append((source, readers.submit(partial(_read, picture=picture, how=how))))
        if len(asked) > _AHEAD * readers.processes:
            yield _readings(*asked.popleft())
    while asked:
        yield _readings(*asked.popleft())


def _read(reader: Reader, *, picture: Picture, how: dict[str, Any]) -> list[Reading]:
    return list(reader.read_many([picture], **how))


def _readings(source: str, reading: Future[list[Reading]]) -> list[Reading]:
    try:
        return reading.result()
    except PictureError as error:
        return [Reading(source, error=error)]
