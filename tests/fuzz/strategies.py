"""Strategies for what nobody should send: good files and messages with something wrong."""

import io
import json
from collections.abc import Callable

from hypothesis import strategies as st
from PIL import Image

from inkdigits.samples import sample_pictures

EXTREMES = [
    value.to_bytes(4, order) for value in (0, 1, 2**15, 2**16, 2**31 - 1, 2**32 - 1) for order in ("big", "little")
]
METHODS = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "BREW", "post", ""]
PATHS = [
    "/v1/read",
    "/v1/read?single=true",
    "/v1/read?region=0,0,9,9",
    "/v1/read?page=99999999999999999999",
    "/v1/corrections",
]
PATHS += [
    "/v1/model",
    "/metrics",
    "/",
    "*",
    "//v1/read",
    "/v1/../v1/read",
    "/v2/models/x/infer",
    "/docs",
    "/%00",
    "/" * 9000,
]
HEADERS = [
    *(f"Content-Length: {length}" for length in ("784", "797", "0", "-1", "+5", "5, 5", "99999999999", "0x10", "5 ")),
    *(
        f"Transfer-Encoding: {coding}"
        for coding in ("chunked", "gzip, chunked", "identity", "chunked, chunked", "\tchunked")
    ),
    *(
        f"Content-Type: {kind}"
        for kind in ("image/png", "multipart/form-data; boundary=x", "multipart/form-data", "a/b;" * 99)
    ),
    *(f"Host: {host}" for host in ("localhost", "127.0.0.1", "evil.example", "localhost:99999", "a, b", "")),
    *(f"Connection: {option}" for option in ("close", "keep-alive", "upgrade", "Host")),
    *("Expect: 100-continue", "Origin: null", "Range: bytes=0-", "X: " + "x" * 9000, "NoColon", " folded", "\x00: a"),
]


def _saved(form: str) -> bytes:
    with Image.open(next(path for path in sample_pictures() if path.stem == "mouse")) as sample:
        file = io.BytesIO()
        sample.convert("L").resize((56, 56)).save(file, form)
        return file.getvalue()


FILES = [_saved(form) for form in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "AVIF", "JPEG2000", "PPM", "PDF")]


@st.composite
def damaged(draw: Callable[..., bytes], content: bytes, *others: bytes) -> bytes:
    """Bytes that were cut, turned, doubled, or mixed with those of others, some times over."""
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, max(len(content) - 1, 0)))
        count = draw(st.integers(1, 64))
        before, at, after = content[:place], content[place : place + count], content[place + count :]
        put = {
            "cut": b"",
            "double": at + at,
            "turn": bytes(byte ^ 255 for byte in at),
            "end": None,
            "random": draw(st.binary(max_size=16)),
            "extreme": draw(st.sampled_from(EXTREMES)),
            "other": draw(st.sampled_from(others))[place : place + 1000] if others else b"",
        }[draw(st.sampled_from(["cut", "double", "turn", "end", "random", "extreme", "other"]))]
        content = before if put is None else before + put + after
    return content


def files() -> st.SearchStrategy[bytes]:
    """Files that are nearly pictures."""
    return st.sampled_from(FILES).flatmap(lambda content: damaged(content, *FILES)) | st.binary(max_size=300)


def messages(picture: bytes) -> st.SearchStrategy[bytes]:
    """What is nearly HTTP/1.1: lines and headers that contradict each other, and bodies that do not fit."""
    version = st.sampled_from(["HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/1.", ""])
    head = st.builds(
        lambda first, lines, end: (end.join([" ".join(first), *lines]) + end * 2).encode("utf-8", "replace"),
        st.tuples(st.sampled_from(METHODS), st.sampled_from(PATHS), version),
        st.lists(st.sampled_from(HEADERS) | st.text(max_size=30).map("X-Any: {}".format), max_size=6),
        st.sampled_from(["\r\n", "\r\n", "\r\n", "\n", "\r"]),
    )
    form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + picture + b"\r\n--x--\r\n"
    body = st.one_of(
        st.just(picture),
        st.just(f"{len(picture):x}\r\n".encode() + picture + b"\r\n0\r\n\r\n"),
        st.just(form),
        st.binary(max_size=100),
        st.just(b""),
    ).flatmap(lambda whole: st.just(whole) | damaged(whole))
    return st.lists(st.builds(bytes.__add__, head, body), min_size=1, max_size=3).map(b"".join)


def tensors() -> st.SearchStrategy[bytes]:
    """Bodies of the inference protocol: JSON of any shape about tensors of any type, shape and content."""
    number = st.integers() | st.floats() | st.booleans() | st.none() | st.text(max_size=5)
    data = st.lists(number | st.lists(number, max_size=5), max_size=800) | number
    dims = st.lists(st.integers(-2, 2000) | st.sampled_from([1, 28, 784, 2**31, 2**63]), max_size=5) | number
    kind = st.sampled_from(["UINT8", "FP32", "FP64", "INT64", "BYTES", "BOOL", "", "uint8"]) | number
    tensor = st.fixed_dictionaries(
        {}, optional={"name": st.sampled_from(["images", "x"]) | number, "shape": dims, "datatype": kind, "data": data}
    )
    tensors = st.lists(tensor | number, max_size=3) | number
    body = st.fixed_dictionaries({}, optional={"id": number, "inputs": tensors, "outputs": data})
    few = st.dictionaries(st.text(max_size=3), number, max_size=3)
    return (body | few | data).map(lambda value: json.dumps(value).encode()) | st.binary(max_size=50)
