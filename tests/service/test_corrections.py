"""What people correct is kept where that was turned on, and becomes pictures that training takes."""

import base64
import io
import json
import sqlite3
import subprocess
import sys

import pytest
from PIL import Image

import inkdigits
from inkdigits.data.folder import load_folder

CORRECTION = {"predicted": 3, "corrected": 8, "confidence": 0.61, "model": inkdigits.Classifier().info.name}


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(scope="module")
def keeping(serve, kept):
    return serve("--keep-corrections", str(kept), "--workers", "2")


@pytest.fixture
def crop(digit) -> str:
    return base64.b64encode(digit).decode()


def export(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "inkdigits", "corrections", "export", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_none_are_kept_unless_that_was_turned_on(served, crop) -> None:
    assert served.client.get("/v1/settings").json()["corrections"] is False
    answer = served.client.post("/v1/corrections", json=CORRECTION | {"picture_crop": crop})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "corrections_off")


def test_corrections_become_a_labelled_folder_that_training_takes(keeping, kept, crop, digit, tmp_path) -> None:
    assert keeping.client.get("/v1/settings").json()["corrections"] is True
    for changes in ({}, {"corrected": 8}, {"corrected": "none"}, {"predicted": None, "confidence": 0}):
        answer = keeping.client.post("/v1/corrections", json=CORRECTION | {"picture_crop": crop} | changes)
        assert answer.status_code == 201, answer.text
    folder = tmp_path / "labelled"
    answer = export(str(folder), "--kept", str(kept))
    assert answer.returncode == 0, answer.stderr
    assert "3 digits, 1 pictures of no digit" in answer.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["8", "none"]
    assert [path.read_bytes() for path in sorted((folder / "8").iterdir())] == [digit] * 3
    collection = load_folder(folder)
    assert collection.labels.tolist() == [8, 8, 8]
    rows = sqlite3.connect(kept / "corrections.sqlite3")
    assert rows.execute("SELECT predicted, corrected, confidence, model FROM corrections").fetchone() == (
        *(3, 8, 0.61),
        CORRECTION["model"],
    )
    rows.close()


def png(width: int, height: int) -> str:
    buffer = io.BytesIO()
    Image.new("1", (width, height)).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"picture_crop": "?"}, 422),
        ({"picture_crop": base64.b64encode(b"no picture").decode()}, 422),
        ({"picture_crop": base64.b64encode(b"x" * 2_000_000).decode()}, 422),
        ({"picture_crop": png(3000, 3000)}, 413),
        ({"corrected": 10}, 422),
        ({"corrected": "eight"}, 422),
        ({"corrected": None}, 422),
        ({"predicted": -1}, 422),
        ({"confidence": 2}, 422),
        ({"confidence": float("nan")}, 422),
        ({"model": "x" * 201}, 422),
        ({"surprise": 1}, 422),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_no_correction_is_refused_in_words(keeping, crop, changes, status) -> None:
    body = json.dumps(CORRECTION | {"picture_crop": crop} | changes)
    answer = keeping.client.post("/v1/corrections", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert answer.json()["error"]["message"]


def test_a_correction_that_a_page_of_another_site_could_send_without_asking_is_refused(keeping, crop) -> None:
    body = json.dumps(CORRECTION | {"picture_crop": crop})
    answer = keeping.client.post("/v1/corrections", content=body, headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415


def test_where_none_are_kept_the_export_says_so(tmp_path) -> None:
    answer = export(str(tmp_path / "out"), "--kept", str(tmp_path))
    assert answer.returncode == 1
    assert "--keep-corrections" in answer.stderr
    assert not (tmp_path / "out").exists()
