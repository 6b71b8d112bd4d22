"""Letters of other alphabets: unpacked from their bits, and refused if anything about their file is wrong."""

from collections.abc import Callable

import numpy as np
import pytest

from inkdigits.data.hands import load_letters
from inkdigits.errors import DataCorruptError

from .conftest import Keep, npz


@pytest.fixture(scope="module")
def letters() -> np.ndarray:
    return np.random.default_rng(0).random((6, 105, 105)) < 0.1


def test_letters_come_out_as_they_went_in(keep: Keep, know: Callable[..., None], letters: np.ndarray) -> None:
    content = npz(packed=np.packbits(letters, axis=-1), alphabets=np.array(["Greek"] * 4 + ["Latin"] * 2))
    know("omniglot", {"omniglot.npz": content})
    loaded = load_letters(keep({"omniglot.npz": content}))
    assert loaded.images.dtype == np.bool_
    np.testing.assert_array_equal(loaded.images, letters)
    assert loaded.alphabets == ("Greek",) * 4 + ("Latin",) * 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda letters: b"PK", "is a damaged .npz file"),
        (lambda letters: npz(packed=letters, alphabets=np.array(["Greek"] * 6)), "not bits of"),
        (
            lambda letters: npz(packed=np.packbits(letters, -1), alphabets=np.array(["Greek"])),
            "6 pictures but 1 alphab",
        ),
        (lambda letters: npz(packed=np.packbits(letters, -1), alphabets=np.array(["Greek"] * 6)), "is another version"),
    ],
)
def test_a_wrong_file_is_one_clear_line(
    content: Callable[[np.ndarray], bytes], said: str, keep: Keep, letters: np.ndarray
) -> None:
    folder = keep({"omniglot.npz": content(letters)})
    with pytest.raises(DataCorruptError, match=said) as caught:
        load_letters(folder)
    assert len(str(caught.value).splitlines()) == 1
