"""A hand that is taught: read better, known digits as before, and a model file that is whole or as it was."""

import errno
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import inkdigits
from inkdigits.errors import DataError, ModelFileError, NotTaughtError, OutputError
from inkdigits.training.teaching.lessons import Taught, teach
from tests.training.teaching.small import SMALL, WriteHand


def taught(hand: Path, out: Path, **how: object) -> Taught:
    return teach(hand, out=out, offline=True, lesson=SMALL, **how)  # type: ignore[arg-type]


def test_a_hand_that_was_misread_is_read_and_the_rest_as_before(write_hand: WriteHand, tmp_path: Path) -> None:
    hand = write_hand({3: 3, 4: 4, 7: 7}, 4)
    for picture in (hand / "7").iterdir():
        Image.open(picture).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(picture)  # nobody writes a 7 like that
    result = taught(hand, tmp_path / "out")
    assert result.held_back.n == 12
    assert result.held_back.before < result.held_back.after
    assert result.forgotten < 0.01
    assert result.known == "synthesised digits"
    reader = inkdigits.Reader(result.model)
    assert [reader.read(picture, single=True).text for picture in sorted((hand / "7").iterdir())] == ["7"] * 4
    assert reader.classifier.info.emphasis == SMALL.emphasis
    seven = inkdigits.to_mnist(hand / "7" / "0.png")[None]
    assert np.array_equal(  # also where it is asked alone, as for an explanation
        reader.classifier.predict_proba(seven), inkdigits.Classifier(result.model).predict_proba(seven)
    )


def test_one_example_of_each_is_welcome_and_told_how_many_would_do(write_hand: WriteHand, tmp_path: Path) -> None:
    result = taught(write_hand({digit: digit for digit in range(10)}, 1), tmp_path / "out")
    assert result.held_back.n == 0
    assert any("5 examples of each digit would do" in note for note in result.notes)


def test_labels_at_random_are_refused_and_what_was_there_stays(write_hand: WriteHand, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "model.onnx").write_bytes(b"as it was")
    shuffled = dict(enumerate(np.random.default_rng(0).permutation(10).tolist()))
    hand = write_hand(shuffled, 1)
    with pytest.raises(NotTaughtError, match="check the labels"):
        taught(hand, tmp_path / "out")
    assert (tmp_path / "out" / "model.onnx").read_bytes() == b"as it was"


def test_a_full_disk_leaves_what_was_there(
    write_hand: WriteHand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "model.onnx").write_bytes(b"as it was")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutputError, match="free some space"):
        taught(write_hand({3: 3, 4: 4}, 1), tmp_path / "out")
    assert (tmp_path / "out" / "model.onnx").read_bytes() == b"as it was"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["model.onnx"]


def test_a_base_that_is_missing_is_named(write_hand: WriteHand, tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="no model file"):
        taught(write_hand({3: 3, 4: 4}, 1), tmp_path / "out", base=tmp_path / "none.onnx")


def test_one_digit_alone_is_not_taught(write_hand: WriteHand, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="show 3; add at least one other digit"):
        taught(write_hand({3: 3}, 4), tmp_path / "out")
