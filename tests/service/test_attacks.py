"""Whatever is sent, the answer is clean, and others are served meanwhile."""

import concurrent.futures
import gzip
import io
import json
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from ..waiting import wait_until

HEAD = b"POST /v1/read?single=true HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"
PNG = {"Content-Type": "image/png"}


# A reader that waits as long as a file is there: slow on whatever machine.
WAITING = """
import time
from pathlib import Path
from inkdigits.service.picture_reading import ReadOptions
read = ReadOptions.read
def wait_and_read(*arguments, **named):
    while Path({obstacle!r}).exists():
        time.sleep(0.05)
    return read(*arguments, **named)
wait_and_read.__name__ = "read"  # by which it is found in another process
ReadOptions.read = wait_and_read
"""


@pytest.fixture(scope="module")
def served(serve):
    """A service with small limits on sizes and on a head's time, so that the tests are quick."""
    before = "from inkdigits.service import connection\nconnection._HEAD_SECONDS = 4.0"
    return serve("--max-body", "1MB", "--max-pixels", "1000000", before=before)


@pytest.fixture(scope="module")
def impatient(serve):
    """A service that soon gives up what does not come at all."""
    return serve("--timeout", "1")


@pytest.fixture
def obstacle(tmp_path) -> Path:
    """The file that a slow reader waits for to be removed."""
    path = tmp_path / "obstacle"
    path.touch()
    return path


@pytest.fixture(autouse=True)
def _still_serves(served, digit):
    """After each attack, another client is read for as before."""
    yield
    answer = served.client.post("/v1/read?single=true", content=digit, headers=PNG)
    assert (answer.status_code, answer.json()["text"]) == (200, "8")
    assert served.process.poll() is None


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 0


def body_of(answer: bytes) -> dict:
    return json.loads(answer.partition(b"\r\n\r\n")[2])


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def test_a_body_that_is_too_large_is_refused_before_it_is_read(served) -> None:
    answer = served.talk(HEAD + b"Content-Length: 1000001\r\n\r\n")  # of which nothing is sent
    assert status_of(answer) == 413
    assert body_of(answer)["error"]["code"] == "body_too_large"
    assert b"connection: close" in answer.lower()


def test_a_length_beyond_all_numbers_is_refused(served) -> None:
    for length in (b"9" * 18, b"9" * 40, b"-1", b"1e3", b"0x10", b"1, 2"):
        assert status_of(served.talk(HEAD + b"Content-Length: " + length + b"\r\n\r\n")) in (400, 413)


def test_a_body_shorter_than_its_length_times_out(impatient, digit) -> None:
    answer = impatient.talk(HEAD + b"Content-Length: %d\r\n\r\n" % (len(digit) + 1) + digit)
    assert status_of(answer) == 408
    assert body_of(answer)["error"]["code"] == "too_slow"


def test_a_body_longer_than_its_length_is_no_second_request(served, digit) -> None:
    answer = served.talk(HEAD + b"Content-Length: %d\r\n\r\n" % (len(digit) - 9) + digit)
    assert status_of(answer) in (400, 422)
    assert answer.count(b"HTTP/1.1 200") == 0


def test_a_length_and_chunks_together_are_refused(served) -> None:
    smuggled = HEAD + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /v2 HTTP/1.1\r\n\r\n"
    answer = served.talk(smuggled)
    assert status_of(answer) == 400
    assert answer.count(b"HTTP/1.1 ") == 1


def test_chunks_without_end_are_cut_off(served) -> None:
    endless = [HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk(b"x" * 65536)] * 40]
    with served.connect() as connection:
        sent = 0
        try:
            for part in endless:
                connection.sendall(part)
                sent += 1
            answer = connection.recv(65536)
        except ConnectionError:
            answer = b""
    # The client may be cut off before it looks for the answer.
    assert status_of(answer) in (0, 413)
    assert answer or sent < len(endless)


def test_chunks_that_never_end_time_out(impatient) -> None:
    answer = impatient.talk(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunk(b"x"))
    assert status_of(answer) == 408


def test_65000_tiny_chunks_are_a_body_like_any_other(served, digit) -> None:
    padded = digit + bytes(65_000 - len(digit))
    pieces = b"".join(chunk(padded[place : place + 1]) for place in range(len(padded)))
    end = b"0\r\n\r\n"
    close = b"Connection: close\r\n"
    answer = served.talk(HEAD + close + b"Transfer-Encoding: chunked\r\n\r\n" + pieces + end)
    assert status_of(answer) == 200


def test_heads_and_bodies_that_come_too_slowly_harm_nobody_else(served, impatient, digit) -> None:
    heads, bodies = ([service.connect() for _ in range(150)] for service in (served, impatient))
    for connection in heads:
        connection.sendall(b"POST /v1/read HTTP/1.1\r\nHost: localhost\r\n")
    for connection in bodies:
        connection.sendall(HEAD + b"Content-Length: 1000\r\n\r\nx")
    for _ in range(5):
        assert served.client.post("/v1/read?single=true", content=digit, headers=PNG).status_code == 200
        assert impatient.client.get("/v1/settings").status_code == 200
    for connection in (*heads, *bodies):
        answer = connection.recv(65536)
        assert status_of(answer) == 408
        connection.close()


@pytest.mark.parametrize(
    "head", [b"GET /" + b"a" * 200_000, b"GET / HTTP/1.1\r\n" + b"X: " + b"a" * 200_000, b"X-%d: 1\r\n" * 20_000]
)
def test_a_head_that_is_too_large_is_refused(served, head) -> None:
    assert status_of(served.talk(head)) in (0, 400, 431)


@pytest.mark.parametrize(
    "garbage", [b"\x00" * 100, b"\x16\x03\x01\x02\x00\x01", b"GET\r\n\r\n", b"G" * 100 + b"\r\n\r\n"]
)
def test_what_is_no_http_is_refused(served, garbage) -> None:
    assert status_of(served.talk(garbage)) == 400


def test_a_compressed_body_is_not_unpacked(served) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    answer = served.client.post("/v1/read", content=bomb, headers=PNG | {"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "encoded_body")


def test_a_form_that_is_cut_short_is_refused(served, digit) -> None:
    whole = (
        b'--x\r\nContent-Disposition: form-data; name="pictures"; filename="a.png"\r\n\r\n' + digit + b"\r\n--x--\r\n"
    )
    head = {"Content-Type": "multipart/form-data; boundary=x"}
    assert served.client.post("/v1/read", content=whole, headers=head).status_code == 200
    for length in (0, 1, 10, 80, len(whole) - 20):
        answer = served.client.post("/v1/read", content=whole[:length], headers=head)
        assert answer.status_code == 400, length
        assert answer.json()["error"]["message"]
    for boundary in ("", "; boundary=", "; boundary=" + "y" * 1000):
        answer = served.client.post(
            "/v1/read", content=whole, headers={"Content-Type": "multipart/form-data" + boundary}
        )
        assert answer.status_code == 400


def test_a_thousand_files_in_one_request_are_too_many(served) -> None:
    answer = served.client.post("/v1/read", files=[("pictures", (f"{number}.png", b"x")) for number in range(1000)])
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "too_many_pictures")


def bomb(width: int, height: int) -> bytes:
    """A PNG that says it has many pixels."""

    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", zlib.compress(bytes(1000))) + part(b"IEND", b"")


@pytest.mark.parametrize("size", [(1001, 1000), (30_000, 30_000), (2**31 - 1, 2**31 - 1)])
def test_a_picture_of_too_many_pixels_is_refused_by_its_header(served, size) -> None:
    # To decode it would find that its pixels are not there.
    answer = served.client.post("/v1/read", content=bomb(*size), headers=PNG)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "image_too_large")


def test_every_page_of_a_file_must_be_small_enough(served) -> None:
    first, second, file = Image.new("L", (20, 20), 255), Image.new("L", (3000, 2000), 255), io.BytesIO()
    first.save(file, "TIFF", save_all=True, append_images=[second], compression="tiff_deflate")
    pages = [served.client.post("/v1/read", params={"page": page}, content=file.getvalue()) for page in (1, 2)]
    assert [answer.status_code for answer in pages] == [200, 413]


def test_a_file_name_is_only_text(served, digit) -> None:
    for name in ("../../etc/passwd", "<script>alert(1)</script>.png", "a\nb.png", "💥.png", "x" * 500):
        answer = served.client.post("/v1/read?single=true", files=[("pictures", (name, digit))])
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.json()["readings"][0]["text"] == "8"


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/static/....//app.py",
        "/static//etc/passwd",
        "/static/..%5capp.py",
        "/static/%00",
        "/v2/models/..%2f..%2fetc%2fpasswd",
        "/v2/models/%00/ready",
        "/v2/models/<script>",
    ],
)
def test_path_tricks_find_nothing(served, path) -> None:
    answer = served.talk(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    assert status_of(answer) == 404, answer
    assert b"import" not in answer
    assert b"root:" not in answer


def test_what_is_more_than_can_be_read_is_told_to_come_back(serve, string, obstacle) -> None:
    options = ("--max-concurrency", "3")
    served = serve(*options, before=WAITING.format(obstacle=str(obstacle)))

    def ask(_: int = 0):
        return served.client.post("/v1/read", content=string, headers=PNG)

    with concurrent.futures.ThreadPoolExecutor() as threads:
        taken = threads.map(ask, range(3))
        wait_until(lambda: "inkdigits_queue 3.0" in served.client.get("/metrics").text)
        for _ in range(20):
            refused = ask()
            assert (refused.status_code, refused.json()["error"]["code"]) == (503, "busy")
            assert int(refused.headers["retry-after"]) >= 1
        obstacle.unlink()
        assert [answer.status_code for answer in taken] == [200] * 3
    assert ask().status_code == 200


def test_a_crowd_is_read_for_or_told_to_come_back(serve, digit) -> None:
    served = serve("--max-concurrency", "8")

    def ask(_: int):
        return served.client.post("/v1/read?single=true", content=digit, headers=PNG)

    with concurrent.futures.ThreadPoolExecutor(90) as threads:
        statuses = {answer.status_code for answer in threads.map(ask, range(300))}
    assert 200 in statuses
    assert statuses <= {200, 503}


def test_what_takes_too_long_is_given_up(serve, string, obstacle) -> None:
    served = serve("--timeout", "1", before=WAITING.format(obstacle=str(obstacle)))
    answer = served.client.post("/v1/read", content=string, headers=PNG)
    assert (answer.status_code, answer.json()["error"]["code"]) == (504, "timeout")
    assert "inkdigits_queue 0.0" in served.client.get("/metrics").text  # its reader is killed, and its place is free
    obstacle.unlink()
    assert served.client.post("/v1/read", content=string, headers=PNG).status_code == 200
