"""`inkdigits data`: where digits are, whether they are whole, and what they hold."""

import gzip
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from typer.testing import Result

from inkdigits.data.stored_files import encode_idx

from ..running import inkdigits

NOWHERE = {"INKDIGITS_DATA_DIR": "", "https_proxy": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}


def data(*arguments: str | Path, **environment: str) -> Result:
    return inkdigits("data", *arguments, **environment)


@pytest.fixture(scope="module")
def own_digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two classes, five pictures each, one of which shows nothing."""
    folder = tmp_path_factory.mktemp("my digits é")
    for digit in (3, 7):
        (folder / str(digit)).mkdir()
        for number in range(5):
            image = Image.new("L", (60, 80), 240)
            ImageDraw.Draw(image).text((10, 5), str(digit), fill=20, font_size=40 + 5 * number)
            image.save(folder / str(digit) / f"{number}.png")
    Image.new("L", (60, 80), 240).save(folder / "7" / "blank.png")
    return folder


def test_fetch_prints_where_mnist_is_and_nothing_else(mnist_dir: Path) -> None:
    answer = data("fetch", "--data-dir", mnist_dir, "--offline", INKDIGITS_DATA_DIR="")
    assert (answer.exit_code, answer.stdout, answer.stderr) == (0, f"{mnist_dir / 'mnist'}\n", "")


def test_fetch_without_a_network_ends_with_one_line_and_leaves_nothing() -> None:
    answer = data("fetch", **NOWHERE)
    assert answer.exit_code == 1
    assert len(answer.stderr.splitlines()) == 1
    for mirror in ("OSSCI", "CVDF", "Keras"):
        assert f"{mirror}: " in answer.stderr
    assert "set INKDIGITS_DATA_DIR" in answer.stderr
    assert not [path for path in Path(os.environ["XDG_CACHE_HOME"]).rglob("*") if path.is_file()]


def test_fetch_offline_says_how_to_go_on() -> None:
    answer = data("fetch", "--offline", **NOWHERE)
    assert answer.exit_code == 1
    assert "--offline" in answer.stderr


def test_verify_gives_the_counts_and_leaks_of_mnist_as_json(mnist_dir: Path) -> None:
    answer = data("verify", "--json", "--offline", "--data-dir", mnist_dir)
    found = json.loads(answer.stdout)
    assert answer.exit_code == 0
    assert {split: checks["n"] for split, checks in found["splits"].items()} == {
        "train": 55_000,
        "validation": 5_000,
        "test": 10_000,
    }
    assert found["splits"]["test"]["label_counts"] == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert [checks["duplicates"] for checks in found["splits"].values()] == [0, 0, 0]
    assert found["in_training_and_test"] == 0


def test_verify_fails_on_one_changed_pixel(mnist_dir: Path, tmp_path: Path) -> None:
    home = shutil.copytree(mnist_dir / "mnist", tmp_path / "mnist")
    packed = home / "t10k-images-idx3-ubyte.gz"
    if not packed.is_file():
        pytest.skip("MNIST is kept in another form here")
    pixels = bytearray(gzip.decompress(packed.read_bytes()))
    pixels[1000] ^= 1
    packed.chmod(0o644)
    packed.write_bytes(gzip.compress(pixels, compresslevel=1))
    answer = data("verify", "--data-dir", tmp_path, "--offline")
    assert answer.exit_code == 1
    assert answer.stdout == ""
    assert len(answer.stderr.splitlines()) == 1
    assert str(packed) in answer.stderr
    assert "SHA-256" in answer.stderr


def test_another_set_in_the_place_of_mnist_is_one_line_and_1(tmp_path: Path) -> None:
    home = tmp_path / "mnist"
    home.mkdir()
    for part, n in (("train", 60), ("t10k", 10)):
        (home / f"{part}-images-idx3-ubyte").write_bytes(encode_idx(np.zeros((n, 28, 28), np.uint8)))
        (home / f"{part}-labels-idx1-ubyte").write_bytes(encode_idx(np.zeros(n, np.uint8)))
    answer = data("fetch", "--data-dir", tmp_path)
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert answer.stderr.startswith(f"inkdigits: {home / 'train-images-idx3-ubyte'} is not the train-images")
    assert "delete it and run 'inkdigits data fetch mnist'" in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_verify_reports_what_is_left_out_and_duplicates_without_failing(own_digits: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(own_digits, tmp_path / "own")
    for copy in range(1, 5):
        shutil.copy(folder / "3" / "0.png", folder / "3" / f"{copy}.png")
    answer = data("verify", folder)
    assert answer.exit_code == 0
    assert "pictures in both training and test: 1" in answer.stdout
    assert "left out, since they cannot be used: 1" in answer.stdout
    assert "blank.png" in answer.stderr
    found = json.loads(data("verify", folder, "--json").stdout)
    assert found["splits"]["train"]["duplicates"] == 2
    assert len(found["skipped"]) == 1


def test_describe_shows_counts_and_bars(own_digits: Path) -> None:
    answer = data("describe", own_digits, COLUMNS="120")
    rows = {words[0]: words[1:] for line in answer.stdout.splitlines() if (words := line.split())}
    assert answer.exit_code == 0
    assert rows["digit"] == ["train", "validation", "test"]
    assert rows["3"] == ["3", "1", "1", "█" * 24]
    assert rows["4"] == ["0", "0", "0"]
    assert rows["all"] == ["6", "2", "2"]
    assert rows["licence"] == ["not", "stated"]


def test_describe_draws_the_classes_and_a_sheet_of_samples(own_digits: Path, tmp_path: Path) -> None:
    answer = data("describe", own_digits, "--json", "--out", tmp_path / "about")
    assert answer.exit_code == 0
    assert json.loads(answer.stdout)["splits"]["train"]["label_counts"] == [0, 0, 0, 3, 0, 0, 0, 3, 0, 0]
    drawn = sorted((tmp_path / "about").iterdir())
    assert [path.name for path in drawn] == ["class-histogram.png", "samples.png"]
    for path in drawn:
        with Image.open(path) as picture:
            assert min(picture.size) > 100
            assert len(picture.convert("RGB").getcolors(2**24)) > 2


def test_describe_says_where_it_cannot_write(own_digits: Path, tmp_path: Path) -> None:
    (tmp_path / "about").write_text("a file stands in the way")
    answer = data("describe", own_digits, "--out", tmp_path / "about")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert f"cannot write {tmp_path / 'about'}" in answer.stderr
    assert (tmp_path / "about").read_text() == "a file stands in the way"


def test_describe_names_what_drawing_needs(own_digits: Path, tmp_path: Path) -> None:
    without_matplotlib = "import sys; sys.modules['matplotlib'] = None; from inkdigits.__main__ import main; main()"
    command = [sys.executable, "-c", without_matplotlib, "data", "describe", own_digits]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    command += ["--out", tmp_path / "about"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert answer.stderr.endswith("run: pip install 'inkdigits[evaluate]'\n")
    assert not (tmp_path / "about").exists()


def test_an_unknown_data_set_is_wrong_usage() -> None:
    answer = data("verify", "mnits")
    assert answer.exit_code == 2
    assert "did you mean 'mnist'?" in answer.stderr


# the hands of other people


def test_fetching_hands_without_a_network_ends_with_one_line() -> None:
    answer = data("fetch", "omniglot", **NOWHERE)
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert len(answer.stderr.splitlines()) == 1
    assert "omniglot is not on disk" in answer.stderr
    assert "its origin cannot be had" in answer.stderr


def test_a_damaged_file_ends_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "hands").mkdir()
    (tmp_path / "hands" / "uji_v1.jsonl.gz").write_bytes(b"\x1f\x8bno gzip")
    for command in ("fetch", "verify", "describe"):
        answer = data(command, "uji", "--data-dir", tmp_path, "--offline")
        assert (answer.exit_code, answer.stdout) == (1, "")
        assert len(answer.stderr.splitlines()) == 1
        assert f"{tmp_path / 'hands' / 'uji_v1.jsonl.gz'} is a damaged gzip file" in answer.stderr


def test_fetch_prints_where_hands_are(hands_dir: Path) -> None:
    answer = data("fetch", "hwd1000", "--data-dir", hands_dir, "--offline")
    assert (answer.exit_code, answer.stdout, answer.stderr) == (0, f"{hands_dir / 'hands' / 'hwd1000.npz'}\n", "")


def test_describe_names_licence_attribution_and_writers(hands_dir: Path) -> None:
    found = json.loads(data("describe", "uji", "--json", "--data-dir", hands_dir).stdout)
    assert found["licence"] == "CC BY 4.0"
    assert "UJI Pen Characters" in found["attribution"]
    assert found["splits"]["validation"]["writers"] == [3, 10]
    shown = data("describe", "uji", "--data-dir", hands_dir, COLUMNS="200").stdout
    assert "attribution  D. Llorens" in shown
    assert "validation 3, 10" in shown


def test_fonts_are_described_one_by_one(hands_dir: Path) -> None:
    answer = data("describe", "fonts", "--data-dir", hands_dir, COLUMNS="200")
    rows = [line for line in answer.stdout.splitlines() if line.startswith("Rock Salt Regular")]
    assert answer.exit_code == 0
    assert rows[0].split()[3:] == ["197", "train", "pen", "Apache-2.0", "npm:", "@fontsource/rock-salt", "5.3.0"]
    found = json.loads(data("verify", "fonts", "--json", "--data-dir", hands_dir).stdout)
    assert len(found["entries"]) == 91
    assert sum(entry["split"] == "validation" for entry in found["entries"]) == 15


def test_letters_have_no_digits_to_draw(tmp_path: Path) -> None:
    answer = data("describe", "omniglot", "--out", tmp_path / "about")
    assert answer.exit_code == 2
    assert answer.stderr == "inkdigits: omniglot has no digits to draw; leave --out away\n"
