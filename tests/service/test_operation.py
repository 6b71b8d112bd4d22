"""The service in its life: logs, counts, reloads, workers that die."""

import concurrent.futures
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

import inkdigits
from inkdigits.reading.model_file import BUNDLED, find_model

from ..waiting import PATIENCE, wait_until
from .conftest import readers_of
from .load import PNG, TOKEN, Load


@pytest.fixture
def model(tmp_path) -> Path:
    """A copy of the bundled model, to be damaged and mended."""
    return Path(shutil.copy(find_model(BUNDLED), tmp_path / "mine.onnx"))


@pytest.fixture
def token_file(tmp_path) -> Path:
    path = tmp_path / "token.txt"
    path.write_text(TOKEN)
    return path


def test_the_log_for_programs_has_the_request_id_and_no_picture(serve, digit) -> None:
    served = serve("--log-format", "json")
    answer = served.client.post("/v1/read?single=true", content=digit, headers=PNG)
    served.stop()
    entries = [json.loads(line) for line in served.log.read_text().splitlines()]
    (entry,) = [entry for entry in entries if entry.get("path") == "/v1/read"]
    assert set(entry) == {"time", "level", "message", "request_id", "method", "path", "status", "milliseconds"}
    assert entry["request_id"] == answer.headers["x-request-id"]
    assert "IHDR" not in served.log.read_text()


def test_people_are_told_where_it_is_and_of_requests_that_went_wrong_not_of_each_reading(serve, digit) -> None:
    served = serve()
    assert served.client.post("/v1/read", content=digit, headers=PNG).status_code == 200
    served.client.get("/one%0atwo%1b[31m")
    served.stop()
    said = served.log.read_text().splitlines()
    assert f"Open {served.url} · Ctrl-C stops" in said
    (line,) = [line for line in said if "path=" in line]
    assert r"path=/one\ntwo\x1b[31m" in line


def test_the_page_is_opened_in_the_browser_once_it_can_be_asked_for(serve, tmp_path) -> None:
    asked = tmp_path / "asked"
    browser = tmp_path / "browser"
    get = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).status, sys.argv[1])"
    browser.write_text(f"#!/bin/sh\n{sys.executable} -c '{get}' $1 > {asked}.part && mv {asked}.part {asked}\n")
    browser.chmod(0o700)
    served = serve("--open", before=f"import os\nos.environ['BROWSER'] = {str(browser)!r}\n")
    wait_until(asked.exists, served.process)
    assert asked.read_text() == f"200 {served.url}\n"


def test_what_happens_is_counted(serve, digit) -> None:
    served = serve()
    for content in (digit, digit, b"no picture"):
        served.client.post("/v1/read?single=true", content=content, headers=PNG)
    text = served.client.get("/metrics").text
    assert 'inkdigits_requests_total{method="POST",route="/v1/read",status="200"} 2.0' in text
    assert 'inkdigits_requests_total{method="POST",route="/v1/read",status="422"} 1.0' in text
    assert 'inkdigits_request_seconds_count{route="/v1/read"} 3.0' in text
    assert 'inkdigits_readings_total{status="ok"} 2.0' in text
    assert "inkdigits_queue 0.0" in text
    assert re.search(r'inkdigits_model_info\{name="[^"]+",version="[0-9a-f]{12}"\} 1.0', text)


def test_the_counts_of_several_readers_add_up(serve, digit) -> None:
    served = serve("--workers", "2")
    for _ in range(20):
        httpx.post(f"{served.url}/v1/read?single=true", content=digit, headers=PNG, trust_env=False, timeout=PATIENCE)
    text = served.client.get("/metrics").text
    assert 'inkdigits_readings_total{status="ok"} 20.0' in text


def test_a_model_is_loaded_again_under_load_without_a_failed_request(serve, digit, model, token_file) -> None:
    served = serve("--model", str(model), "--token-file", str(token_file))
    headers = {"Authorization": f"Bearer {TOKEN}"}
    before = served.client.get("/v1/model", headers=headers).json()["version"]
    with Load(served, digit) as load:
        for number in range(5):
            model.write_bytes(model.read_bytes() + bytes([0xBA, 0x3E, 0x00]))  # a field that ONNX does not know
            answer = served.client.post("/v1/models/reload", headers=headers)
            assert answer.status_code == 200, answer.text
            after = served.client.get("/v1/model", headers=headers).json()["version"]
            assert after == answer.json()["version"] != before, number
            before = after
    assert load.broken == []
    assert set(load.statuses) == {200}


def test_a_broken_model_leaves_the_old_one_serving(serve, digit, model, token_file) -> None:
    served = serve("--model", str(model), "--token-file", str(token_file))
    headers = PNG | {"Authorization": f"Bearer {TOKEN}"}
    model.write_bytes(b"broken")
    answer = served.client.post("/v1/models/reload", headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "model_file")
    served.process.send_signal(signal.SIGHUP)
    wait_until(lambda: served.log.read_text().count("model kept") == 2)
    assert served.client.post("/v1/read?single=true", content=digit, headers=headers).json()["text"] == "8"
    assert 'outcome="kept"} 2.0' in served.client.get("/metrics", headers=headers).text


def test_without_a_token_only_the_machines_owner_loads_a_model_again(serve, model) -> None:
    served = serve("--model", str(model))
    assert served.client.post("/v1/models/reload").json()["error"]["code"] == "token_needed"
    served.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "model loaded" in served.log.read_text())


def test_all_readers_have_the_model_that_was_loaded_again(serve, model, token_file) -> None:
    served = serve("--model", str(model), "--token-file", str(token_file), "--workers", "2")
    headers = {"Authorization": f"Bearer {TOKEN}"}
    wait_until(lambda: len(readers_of(served.process.pid)) == 2)
    model.write_bytes(model.read_bytes() + bytes([0xBA, 0x3E, 0x00]))
    version = served.client.post("/v1/models/reload", headers=headers).json()["version"]
    for _ in range(20):
        assert httpx.get(f"{served.url}/v1/model", headers=headers, trust_env=False).json()["version"] == version


def test_a_reader_that_is_killed_is_replaced_and_nobody_notices(serve, digit) -> None:
    served = serve("--workers", "2")
    wait_until(lambda: len(readers_of(served.process.pid)) == 2)
    with Load(served, digit) as load:
        killed, kept = readers_of(served.process.pid)
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: set(readers_of(served.process.pid)) - {killed, kept})
        seen = len(load.statuses)
        wait_until(lambda: len(load.statuses) > seen + 20)
    assert load.broken == []
    assert set(load.statuses) == {200}


def test_readers_do_not_outlive_the_service(serve) -> None:
    served = serve("--workers", "2")
    wait_until(lambda: len(readers_of(served.process.pid)) == 2)
    left = readers_of(served.process.pid)
    served.process.kill()
    served.process.wait()
    wait_until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in left))
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{served.url}/v2/health/live", trust_env=False)


def test_a_model_that_cannot_be_used_ends_the_start_in_words(tmp_path) -> None:
    (tmp_path / "broken.onnx").write_bytes(b"broken")
    for workers in ("1", "2"):
        command = [sys.executable, "-m", "inkdigits", "serve", "--port", "0", "--model", "broken.onnx"]
        answer = subprocess.run(
            [*command, "--workers", workers],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert answer.returncode == 1
        assert "broken.onnx" in answer.stderr
        assert "Traceback" not in answer.stderr


def test_a_port_that_is_taken_is_refused_in_words(served) -> None:
    command = [sys.executable, "-m", "inkdigits", "serve", "--port", str(served.port)]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert answer.returncode == 2
    assert "cannot listen" in answer.stderr.splitlines()[-1]


def test_it_does_not_grow_over_many_requests(serve, digit) -> None:
    served = serve()

    def ask(count: int) -> None:
        with concurrent.futures.ThreadPoolExecutor(4) as threads:
            list(
                threads.map(
                    lambda _: served.client.post("/v1/read?single=true", content=digit, headers=PNG), range(count)
                )
            )

    ask(100)
    before = served.memory()
    ask(200)
    assert served.memory() < 1.1 * before
    assert inkdigits.__version__ in served.client.get("/v1/settings").text
