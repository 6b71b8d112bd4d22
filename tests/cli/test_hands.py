"""`inkdigits data` with the hands of other people."""

import json
from pathlib import Path

from typer.testing import Result

from ..running import inkdigits

NOWHERE = {"INKDIGITS_DATA_DIR": "", "https_proxy": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}


def data(*arguments: str | Path, **environment: str) -> Result:
    return inkdigits("data", *arguments, **environment)


def test_fetch_without_a_network_ends_with_one_line() -> None:
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
