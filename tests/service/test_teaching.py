"""The service learns from kept corrections, in a process of its own, and takes that back."""

import asyncio
import base64
import io
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

import inkdigits
from inkdigits.errors import UsageError
from inkdigits.reading.model_file import find_model
from inkdigits.service.correction_store import Corrections, KeptCorrection
from inkdigits.service.service_settings import Settings
from inkdigits.service.teaching import TaughtFiles, Teaching

from ..waiting import wait_until
from .conftest import Serve, Served, children

Kept = Callable[..., Path]


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    """Return what keeps corrections: so many of each digit, each said to be what `name` says of it."""

    def keep(count: int, name: Callable[[int], int] = lambda digit: digit, digits: str = "0123456789") -> Path:
        corrections = Corrections.in_folder(tmp_path / "kept")
        data = inkdigits.load_dataset("optdigits", "all")
        for digit in map(int, digits):
            for place in np.flatnonzero(data.labels == digit)[:count]:
                drawn = io.BytesIO()
                Image.fromarray(255 - data.images[place]).resize((84, 84)).save(drawn, "PNG")
                corrections.add(KeptCorrection(drawn.getvalue(), None, name(digit), 0.5, "bundled"))
        return tmp_path / "kept"

    return keep


def teaching(served: Served) -> dict[str, object]:
    return served.client.get("/v1/teaching").raise_for_status().json()


def learn(served: Served) -> dict[str, object]:
    """Have it learn, and return how it stands once that is over."""
    begun = served.client.post("/v1/teaching")
    assert (begun.status_code, begun.json()["state"]) == (202, "learning")
    wait_until(lambda: teaching(served)["state"] != "learning", served.process)
    return teaching(served)


def lesson_of(served: Served) -> list[int]:
    """Return the processes that learn."""
    own = children(served.process.pid)
    return [child for child in own if b"\0teach\0" in Path(f"/proc/{child}/cmdline").read_bytes()]


def test_it_learns_says_what_that_brought_keeps_it_and_takes_it_back(serve: Serve, kept: Kept) -> None:
    folder = kept(2)
    served = serve("--keep-corrections", str(folder), "--teach")
    assert served.client.get("/v1/settings").json()["teaching"] is True
    before = teaching(served)
    assert (before["state"], before["corrections"], before["can_take_back"]) == ("idle", 20, False)
    old = served.client.get("/v1/model").json()["version"]
    learned = learn(served)
    assert learned["state"] == "learned", learned["message"]
    held = learned["outcome"]["held_back"]
    assert held["n"] == 20
    assert held["before"] <= held["after"]
    assert learned["model"].endswith(", taught")
    assert learned["can_take_back"]
    new = served.client.get("/v1/model").json()["version"]
    assert new != old
    again = serve("--keep-corrections", str(folder), "--teach")  # finds what the other learned
    assert again.client.get("/v1/model").json()["version"] == new
    back = again.client.delete("/v1/teaching")
    assert (back.status_code, back.json()["can_take_back"]) == (200, False)
    assert again.client.get("/v1/model").json()["version"] == old
    assert again.client.delete("/v1/teaching").json()["error"]["code"] == "nothing_taught"


def test_nonsense_is_refused_in_words_and_the_model_stays(serve: Serve, kept: Kept) -> None:
    folder = kept(1, lambda digit: (digit + 1) % 10)
    served = serve("--keep-corrections", str(folder), "--teach")
    old = served.client.get("/v1/model").json()["version"]
    failed = learn(served)
    assert failed["state"] == "failed"
    assert "check the labels" in failed["message"]
    assert str(folder) not in failed["message"]
    assert served.client.get("/v1/model").json()["version"] == old
    assert not failed["can_take_back"]


def test_one_lesson_at_a_time_which_answers_meanwhile_and_may_be_killed(serve: Serve, kept: Kept, digit: bytes) -> None:
    folder = kept(1)
    served = serve("--keep-corrections", str(folder), "--teach")
    served.client.post("/v1/teaching").raise_for_status()
    wait_until(lambda: bool(lesson_of(served)), served.process)
    assert served.client.post("/v1/teaching").json()["error"]["code"] == "already_learning"
    assert served.client.delete("/v1/teaching").status_code == 409
    assert served.client.post("/v1/read", content=digit, headers={"Content-Type": "image/png"}).json()["text"] == "8"
    limits = Path(f"/proc/{lesson_of(served)[0]}/limits").read_text()
    assert "Max address space         4294967296" in limits
    assert "Max cpu time              300" in limits
    os.kill(lesson_of(served)[0], signal.SIGKILL)
    wait_until(lambda: teaching(served)["state"] == "failed", served.process)
    assert "takes more than it may" in teaching(served)["message"]


@pytest.mark.parametrize("said", ["[3]", '{"doing": 3}', "word " * 20_000], ids=["a list", "half", "a long line"])
def test_a_lesson_that_says_what_nobody_expects_has_failed(
    said: str, kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho '{said}'\n")
    program.chmod(0o700)
    monkeypatch.setattr("sys.executable", str(program))
    served = SimpleNamespace(current=SimpleNamespace(about=SimpleNamespace(name="bundled")))

    async def learn() -> str:
        teaching = Teaching(Corrections(kept(1)), TaughtFiles(tmp_path / "kept", "bundled"), served)
        teaching.begin()
        await asyncio.wait([teaching._lesson])
        return teaching.describe()["state"]

    assert asyncio.run(learn()) == "failed"


def test_a_service_that_stops_ends_its_lesson(serve: Serve, kept: Kept) -> None:
    served = serve("--keep-corrections", str(kept(1)), "--teach")
    served.client.post("/v1/teaching").raise_for_status()
    wait_until(lambda: bool(lesson_of(served)), served.process)
    (lesson,) = lesson_of(served)
    served.stop()
    assert not Path(f"/proc/{lesson}").exists()


def test_it_learns_nothing_unless_that_was_turned_on(served: Served) -> None:
    assert served.client.get("/v1/settings").json()["teaching"] is False
    for method in ("GET", "POST", "DELETE"):
        answer = served.client.request(method, "/v1/teaching")
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "teaching_off")


def test_a_page_of_another_site_teaches_nothing(serve: Serve, kept: Kept) -> None:
    served = serve("--keep-corrections", str(kept(1)), "--teach")
    answer = served.client.post("/v1/teaching", headers={"Origin": "https://elsewhere.example"})
    assert answer.json()["error"]["code"] == "cross_origin"
    assert teaching(served)["state"] == "idle"


def test_who_may_teach_is_decided_before_it_starts(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--keep-corrections"):
        Settings(teaches=True)
    with pytest.raises(UsageError, match="anybody could teach it"):
        Settings(teaches=True, corrections=tmp_path, serves_anyone=True)


def test_what_was_taught_belongs_to_the_model_that_it_began_with(tmp_path: Path) -> None:
    base = Path(shutil.copy(find_model("bundled"), tmp_path / "base.onnx"))
    files = TaughtFiles(tmp_path, str(base))
    assert (files.in_use(), files.before()) == (str(base), None)
    for lesson in (b"first", b"second", b"third"):
        files.new.parent.mkdir(parents=True, exist_ok=True)
        files.new.write_bytes(lesson)
        files.adopt()
    assert Path(files.in_use()).read_bytes() == b"third"
    assert Path(str(files.before())).read_bytes() == b"second"
    files.take_back()
    assert Path(files.in_use()).read_bytes() == b"second"
    assert files.before() == str(base)
    base.write_bytes(b"another model")
    assert files.in_use() == str(base)


def small_digit(value: int) -> str:
    data = inkdigits.load_dataset("optdigits", "all")
    drawn = io.BytesIO()
    Image.fromarray(data.images[data.labels.tolist().index(value)]).save(drawn, "PNG")
    return base64.b64encode(drawn.getvalue()).decode()


def test_a_digit_is_explained_in_words_and_a_picture(served: Served) -> None:
    assert served.client.get("/v1/settings").json()["explanations"] is True
    answer = served.client.post("/v1/explain", json={"image": small_digit(3), "value": 3}).raise_for_status().json()
    assert answer["words"].startswith("3: ")
    with Image.open(io.BytesIO(base64.b64decode(answer["picture"]))) as picture:
        assert picture.width >= 800


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"image": "?"}, 422),
        ({"image": base64.b64encode(b"no picture").decode()}, 422),
        ({"image": "A" * 20_000}, 422),
        ({"value": 10}, 422),
        ({"surprise": 1}, 422),
    ],
)
def test_what_cannot_be_explained_is_refused_in_words(served: Served, changes: dict[str, object], status: int) -> None:
    answer = served.client.post("/v1/explain", json={"image": small_digit(3), "value": 3} | changes)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]
    plain = served.client.post("/v1/explain", content=b"{}", headers={"Content-Type": "text/plain"})
    assert plain.status_code == 415
