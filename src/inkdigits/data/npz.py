"""One array out of a `.npz` file, which may be damaged, far too large, or no such file at all."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import numpy.typing as npt

from inkdigits.data.idx import MAX_BYTES
from inkdigits.errors import DataCorruptError

__all__ = ["npz_array"]


def npz_array(raw: bytes, key: str, name: str) -> npt.NDArray[Any]:
    """Return one array of a `.npz` file, of whatever dtype and shape it has.

    Args:
        raw: the whole file.
        key: the array's name.
        name: the file's name, for error messages.

    Raises:
        DataCorruptError: it holds no such array, one of pickled objects or a larger one than any that is known, or is
            damaged.

    """
    try:
        with np.load(io.BytesIO(raw), allow_pickle=False) as archive:
            fits = archive.zip.getinfo(f"{key}.npy").file_size <= MAX_BYTES
            array = archive[key] if fits else None
    except KeyError as error:
        raise DataCorruptError(f"{name} holds no array called {key}") from error
    except Exception as error:  # zipfile and NumPy meet damage with a dozen kinds of errors
        raise DataCorruptError(f"{name} is a damaged .npz file") from error
    if not isinstance(array, np.ndarray):
        raise DataCorruptError(f"{key} in {name} is larger than {MAX_BYTES >> 20} MiB")
    return array
