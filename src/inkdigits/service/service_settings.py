"""What a service may be told."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from pathlib import Path

from inkdigits.errors import UsageError, printable
from inkdigits.pool import Bounds
from inkdigits.reading.model_file import BUNDLED

LOG_FORMATS = ("text", "json")

_UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}


@dataclass(frozen=True)
class Settings:
    """What a service may be told."""

    model: str = BUNDLED  # or an `.onnx` model file, or a run folder
    host: str = "127.0.0.1"
    port: int = 8000  # 0 takes any that is free
    workers: int = 1  # processes that read
    token: bytes | None = field(default=None, repr=False)  # that requests must carry; None lets everybody in
    serves_anyone: bool = False  # beyond this machine without a token
    max_body: int = 20_000_000  # bytes of a request's body
    max_pixels: int = 50_000_000  # of a picture
    picture_seconds: float = Bounds.seconds  # for a picture, by the clock; then its process is killed
    reader_memory: int = Bounds.memory  # bytes that a process may take for a picture beyond what it has when idle
    max_concurrency: int = 32  # requests that are read for or wait; the next is told to come later
    timeout: float = 30.0  # seconds for a request's body to arrive, and again for its answer
    cors_origins: tuple[str, ...] = ()  # whose pages may call, such as "https://example.org"
    log_format: str = "text"  # one of `LOG_FORMATS`: lines for people or for programs
    corrections: Path | None = None  # the folder that corrections are kept in
    teaches: bool = False  # whether the model may be taught from them
    opens: bool = False  # the page in a browser, once it can be asked for

    def __post_init__(self) -> None:
        if not (self.token or self.serves_anyone or is_loopback(self.host)):
            raise UsageError(
                f"{printable(self.host)} can be reached from other machines, and there is no token",
                "give --token-file, or let everybody in with --serve-anyone",
            )
        longest = 86_400  # a day
        for option, seconds in (("--picture-seconds", self.picture_seconds), ("--timeout", self.timeout)):
            if not 0 < seconds <= longest:
                raise UsageError(f"{option} cannot be {seconds:g} seconds", f"give a number above 0, up to {longest:,}")
        if self.teaches and not self.corrections:
            raise UsageError("there are no corrections to learn from", "give --keep-corrections DIR")
        if self.teaches and self.serves_anyone and not self.token:
            raise UsageError("anybody could teach it to read wrongly", "give --token-file, or leave --teach away")


def is_loopback(host: str) -> bool:
    """Return whether an address can be reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def parse_size(text: str) -> int:
    """Return the bytes that a size such as "20MB", "512 KiB" or "1000" names.

    Raises:
        UsageError: it names none.

    """
    match = re.fullmatch(r"(\d{1,12})\s*([KMG]?I?B?)", text.strip().upper())
    if match is None or match[2] not in _UNITS or not int(match[1]):
        raise UsageError(f"'{printable(text)}' is not a size", "give one such as 20MB, 512KiB or 1000")
    return int(match[1]) * _UNITS[match[2]]


def read_token(path: Path) -> bytes:
    """Return the token that a file holds, without the white space about it.

    Raises:
        UsageError: the file cannot be read, or its token is too short or not of printable ASCII letters.

    """
    try:
        token = path.read_bytes().strip()
    except OSError as error:
        raise UsageError(f"cannot read the token file {printable(path)}: {error.strerror}") from error
    shortest = 16
    if len(token) < shortest or not re.fullmatch(rb"[!-~]+", token):
        raise UsageError(
            f"{printable(path)} holds no token of at least {shortest} letters and digits",
            f"make one: python -c 'import secrets; print(secrets.token_urlsafe())' > {printable(path)}",
        )
    return token
