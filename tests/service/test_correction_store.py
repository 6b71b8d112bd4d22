"""What people correct is kept where that was turned on, and becomes pictures that training takes."""

import base64
import io
import json
import sqlite3
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

import inkdigits
from inkdigits.data.folder import load_folder
from inkdigits.errors import DataError, OutputError
from inkdigits.service import correction_store as module
from inkdigits.service.correction_store import Corrections, KeptCorrection, NoRoomError, as_kept
from inkdigits.service.correction_store import export as export_corrections

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
    with Image.open(io.BytesIO(digit)) as image:
        sent = np.asarray(image.convert("L"))
    assert all(np.array_equal(Image.open(path), sent) for path in (folder / "8").iterdir())
    assert len(list((folder / "8").iterdir())) == 3
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


def correction(picture: bytes, **changes) -> KeptCorrection:
    return replace(KeptCorrection(as_kept(picture), 3, 8, 0.6, "fast"), **changes)


def kept_file(folder) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


def test_nothing_of_a_crop_is_kept_but_its_pixels(tmp_path, digit) -> None:
    secret = b"what somebody hid in a picture"
    info = PngInfo()
    info.add_text("Comment", secret.decode())
    buffer = io.BytesIO()
    Image.open(io.BytesIO(digit)).save(buffer, "PNG", pnginfo=info)
    corrections = Corrections.in_folder(tmp_path)
    corrections.add(correction(buffer.getvalue() + secret * 1000))
    assert secret not in kept_file(tmp_path)
    ((_, found),) = corrections
    assert np.array_equal(Image.open(io.BytesIO(found.picture)), Image.open(io.BytesIO(digit)).convert("L"))


def test_a_large_crop_is_kept_small(tmp_path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (1200, 1600), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "PNG")
    corrections = Corrections.in_folder(tmp_path)
    corrections.add(correction(buffer.getvalue()))
    ((_, found),) = corrections
    assert Image.open(io.BytesIO(found.picture)).size == (512, 384)


def test_only_their_owner_may_read_corrections(tmp_path, digit) -> None:
    (tmp_path / "corrections.sqlite3").touch(0o644)
    corrections = Corrections.in_folder(tmp_path)
    with corrections._open("a test"):  # so that the other files are there too
        corrections.add(correction(digit))
        assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_corrections_take_no_more_room_than_they_may(tmp_path, digit, monkeypatch) -> None:
    monkeypatch.setattr(module, "_MOST_BYTES", 100_000)
    corrections = Corrections.in_folder(tmp_path)
    noise = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (120, 120), np.uint8)).save(noise, "PNG")
    for _ in range(5):
        corrections.add(correction(noise.getvalue()))
    with pytest.raises(NoRoomError, match="full"):
        all(corrections.add(correction(noise.getvalue())) for _ in range(5))
    assert (tmp_path / "corrections.sqlite3").stat().st_size <= 100_000


def test_a_damaged_file_of_corrections_is_a_clear_error(tmp_path, digit) -> None:
    corrections = Corrections.in_folder(tmp_path)
    corrections.add(correction(digit))
    (tmp_path / "corrections.sqlite3").write_bytes(b"no database" * 1000)
    with pytest.raises(NoRoomError, match="cannot be kept"):
        corrections.add(correction(digit))
    with pytest.raises(NoRoomError, match="cannot be counted"):
        corrections.count_digits()
    with pytest.raises(OutputError, match="name another folder"):
        Corrections.in_folder(tmp_path)
    with pytest.raises(DataError, match="is damaged"):
        export_corrections(tmp_path, tmp_path / "out")


@pytest.mark.parametrize(
    ("column", "value"), [("corrected", "../../beside"), ("corrected", 10), ("picture", "text"), ("picture", b"no PNG")]
)
def test_what_is_no_correction_in_the_file_is_not_exported(tmp_path, digit, column, value) -> None:
    Corrections.in_folder(tmp_path / "kept").add(correction(digit))
    database = sqlite3.connect(tmp_path / "kept" / "corrections.sqlite3")
    with database:
        database.execute(f"UPDATE corrections SET {column} = ?", (value,))  # noqa: S608 - the column is ours
    database.close()
    with pytest.raises(DataError, match="is damaged"):
        export_corrections(tmp_path / "kept", tmp_path / "out" / "deep")
    assert not list(tmp_path.rglob("*.png"))


def test_the_service_says_that_its_corrections_are_damaged(serve, tmp_path, crop) -> None:
    served = serve("--keep-corrections", str(tmp_path / "kept"), "--teach")
    for file in (tmp_path / "kept").iterdir():
        file.write_bytes(b"no database" * 1000)
    answer = served.client.post("/v1/corrections", json=CORRECTION | {"picture_crop": crop})
    assert answer.status_code in (503, 507)
    assert "cannot be kept" in answer.json()["error"]["message"]
    answer = served.client.get("/v1/teaching")
    assert (answer.status_code, answer.json()["error"]["code"]) == (507, "no_room")


def test_a_correction_can_be_taken_back_and_its_number_is_not_given_again(serve, tmp_path, crop) -> None:
    client = serve("--keep-corrections", str(tmp_path)).client
    first = client.post("/v1/corrections", json=CORRECTION | {"picture_crop": crop}).json()["id"]
    assert client.delete(f"/v1/corrections/{first}").status_code == 204
    assert not list(Corrections.in_folder(tmp_path))
    assert client.delete(f"/v1/corrections/{first}").json()["error"]["code"] == "no_such_correction"
    assert client.post("/v1/corrections", json=CORRECTION | {"picture_crop": crop}).json()["id"] > first
