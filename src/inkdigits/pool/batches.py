"""Many pictures, read by several processes: what one cannot bear ends none of the others."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from functools import partial
from typing import Any

from inkdigits.errors import PictureError
from inkdigits.pictures.contents import rereadable
from inkdigits.pictures.decode import Picture
from inkdigits.pool.process import is_out_of_memory
from inkdigits.pool.readers import Readers
from inkdigits.reading.reader import Reader
from inkdigits.results.reading import Reading


def read_in_order(
    readers: Readers, pictures: Iterable[tuple[str, Picture | PictureError]], how: dict[str, Any]
) -> Iterator[list[Reading]]:
    """Yield the readings of each picture's pages, in the order of the pictures.

    A picture that takes too long or too much has one reading with the status "error". Closed, or interrupted, it
    cancels what it has asked for.

    Args:
        readers: who read.
        pictures: what each is called, and what `Reader.read_many` takes; or why it could not be fetched.
        how: what else that takes.

    """
    asked: deque[tuple[str, Future[list[Reading]]]] = deque()
    try:
        for source, picture in pictures:
            asked.append((source, _ask(readers, picture, how)))
            if len(asked) > 4 * readers.processes:  # asked for before the first of them is wanted
                yield _readings(*asked.popleft())
        while asked:
            yield _readings(*asked.popleft())
    finally:
        for _, reading in asked:
            reading.cancel()


def _ask(readers: Readers, picture: Picture | PictureError, how: dict[str, Any]) -> Future[list[Reading]]:
    try:
        if isinstance(picture, PictureError):
            raise picture
        return readers.submit(partial(_read, picture=rereadable(picture), how=how))
    except PictureError as error:
        failed: Future[list[Reading]] = Future()
        failed.set_exception(error)
        return failed


def _read(reader: Reader, *, picture: Picture, how: dict[str, Any]) -> list[Reading]:
    readings = list(reader.read_many([picture], **how))
    for reading in readings:
        if reading.error is not None and is_out_of_memory(reading.error):
            raise reading.error  # which says so in the end
    return readings


def _readings(source: str, reading: Future[list[Reading]]) -> list[Reading]:
    try:
        return reading.result()
    except PictureError as error:
        return [Reading(source, error=error)]
