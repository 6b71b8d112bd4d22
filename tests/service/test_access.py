"""Only who was meant to may ask."""

import subprocess
import sys
from pathlib import Path

import pytest

from ..waiting import PATIENCE

TOKEN = "correct-horse-battery-staple"


@pytest.fixture(scope="module")
def token_file(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("token") / "token.txt"
    path.write_text(TOKEN + "\n")
    return path


@pytest.fixture(scope="module")
def guarded(serve, token_file):
    return serve("--token-file", str(token_file), "--cors-origin", "https://friend.example")


def refused(*options: str) -> str:
    """Return what the command says that does not start a service."""
    command = [sys.executable, "-m", "inkdigits", "serve", "--port", "0", *options]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert answer.returncode == 2
    assert len(answer.stderr.splitlines()) == 1
    return answer.stderr


def test_it_listens_beyond_this_machine_only_with_a_token_or_if_everybody_is_let_in(serve, token_file) -> None:
    assert "--serve-anyone" in refused("--host", "0.0.0.0")
    assert "--token-file" in refused("--host", "::")
    assert serve("--host", "0.0.0.0", "--serve-anyone").client.get("/v1/model").status_code == 200
    assert serve("--host", "0.0.0.0", "--token-file", str(token_file)).client.get("/v1/model").status_code == 401


def test_a_token_file_that_holds_none_is_refused(tmp_path) -> None:
    for content in (b"", b"short", b"with spaces in the middle", bytes(40)):
        (tmp_path / "token").write_bytes(content)
        assert "token" in refused("--token-file", str(tmp_path / "token"))
    assert "cannot read" in refused("--token-file", str(tmp_path / "missing"))


def test_wrong_options_are_refused_in_words() -> None:
    assert "size" in refused("--max-body", "many")
    assert "log format" in refused("--log-format", "xml")


@pytest.mark.parametrize(
    "given", [None, "", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer é"]
)
def test_without_the_token_nothing_is_said(guarded, given, digit) -> None:
    headers = {} if given is None else {"Authorization": given.encode()}
    for method, path in (
        *(("GET", "/v1/model"), ("GET", "/v1/settings"), ("GET", "/metrics"), ("GET", "/v2")),
        *(("POST", "/v1/read"), ("POST", "/v1/models/reload"), ("POST", "/v1/corrections"), ("GET", "/v2/models/x")),
    ):
        answer = guarded.client.request(method, path, headers=headers)
        assert answer.status_code == 401, path
        assert answer.headers["www-authenticate"] == "Bearer"
    assert guarded.client.post("/v1/read", headers=headers, content=digit).json()["error"]["code"] == "unauthorised"


def test_with_the_token_all_is_as_without_one(guarded, digit) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "image/png"}
    answer = guarded.client.post("/v1/read?single=true", headers=headers, content=digit)
    assert answer.json()["text"] == "8"


def test_probes_and_documents_need_no_token(guarded) -> None:
    for path in ("/v2/health/live", "/v2/health/ready", "/docs", "/openapi.json"):
        assert guarded.client.get(path).status_code == 200


def test_the_token_is_in_no_log(guarded) -> None:
    assert TOKEN not in guarded.log.read_text()


def test_pages_of_other_sites_may_not_call(served, digit) -> None:
    for origin in ("https://evil.example", "null", f"http://localhost:{served.port + 1}"):
        answer = served.client.post("/v1/read", content=digit, headers={"Origin": origin, "Content-Type": "image/png"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "cross_origin")
        assert "access-control-allow-origin" not in answer.headers
    answer = served.client.post("/v1/read", content=digit, headers={"Origin": served.url, "Content-Type": "image/png"})
    assert answer.status_code == 200


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_page_that_was_named_may_call(guarded, method) -> None:
    asked = {
        "Origin": "https://friend.example",
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    answer = guarded.client.options("/v1/read", headers=asked)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "https://friend.example"
    assert guarded.client.options("/v1/read", headers=asked | {"Origin": "https://evil.example"}).status_code == 400


def test_a_name_that_is_pointed_at_this_machine_does_not_let_in(served) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "[::1", ""):
        answer = served.client.get("/v1/model", headers={"Host": host})
        assert (answer.status_code, answer.json()["error"]["code"]) == (421, "wrong_host")
    for host in ("localhost", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST"):
        assert served.client.get("/v1/model", headers={"Host": host}).status_code == 200


def test_every_answer_tells_the_browser_what_it_may_do(served) -> None:
    for path in ("/v1/model", "/docs", "/nothing", "/static/nothing", "/metrics"):
        headers = served.client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "server" not in headers
