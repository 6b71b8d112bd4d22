"""A real browser: Debian's Chromium without its windows, with what people do in it: write, drop, paste."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright import sync_api as playwright

from ..waiting import PATIENCE

MILLISECONDS = 1000 * PATIENCE  # a busy machine is slow to draw
playwright.expect.set_options(timeout=MILLISECONDS)

# The first has the same engine and no windows, and takes two thirds of the time.
CHROMIUM = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "google-chrome"))), None)
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}

# Digits as people write them, a list of points a stroke, in a box of 1×1.
STROKES = {
    "0": [
        [
            *((0.5, 0.05), (0.25, 0.15), (0.15, 0.5), (0.25, 0.85)),
            *((0.5, 0.95), (0.75, 0.85), (0.85, 0.5), (0.75, 0.15), (0.5, 0.05)),
        ]
    ],
    "4": [[(0.6, 0.05), (0.2, 0.62), (0.88, 0.62)], [(0.68, 0.3), (0.62, 0.95)]],
    "7": [[(0.15, 0.08), (0.85, 0.08), (0.6, 0.5), (0.42, 0.95)]],
}


@contextmanager
def chromium() -> Iterator[playwright.Browser]:
    """Start the browser; skip the test where there is none."""
    if CHROMIUM is None:
        pytest.skip("the page's tests need a browser: apt install chromium-headless-shell")
    with playwright.sync_playwright() as started:
        # As root, and in a container, Chromium's own sandbox does not start.
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"], timeout=MILLISECONDS)
        yield browser
        browser.close()


class Visitor:
    """Someone at a page, and what went wrong there.

    Args:
        browser: in which the page is opened, in a profile of its own.
        url: of the service.
        device: its size and abilities.

    """

    def __init__(self, browser: playwright.Browser, url: str, **device: object) -> None:
        self.context = browser.new_context(**device)
        self.context.set_default_timeout(MILLISECONDS)
        self.page = self.context.new_page()
        self.host = urlsplit(url).netloc
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._note)
        self.page.on("request", self._check_host)
        self.page.goto(url)
        # Until it knows what the server takes, or is asked for a token.
        self.page.locator("#version:not(:empty), #token-dialog[open]").first.wait_for()

    def leave(self) -> None:
        """Close the page; nothing may have gone wrong in it, nor come from another host."""
        self.context.close()
        if self.faults:
            raise AssertionError("; ".join(self.faults))

    def _note(self, message: playwright.ConsoleMessage) -> None:
        # An answer with an error is logged as well; the page says in words what it was.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(message.text)

    def _check_host(self, request: playwright.Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in {"data", "blob"} and address.netloc != self.host:
            self.faults.append(f"a request to {address.netloc}")

    def write(self, digits: str, *, lift: bool = True, size: float = 1.0) -> None:
        """Write digits beside each other with the mouse; perhaps without lifting it at the end, or smaller."""
        for stroke in self._strokes(digits, size):
            self.page.mouse.move(*stroke[0])
            self.page.mouse.down()
            for point in stroke[1:]:
                self.page.mouse.move(*point, steps=4)
            if lift:
                self.page.mouse.up()

    def write_with_finger(self, digits: str) -> None:
        """Write digits beside each other with a finger."""
        protocol = self.context.new_cdp_session(self.page)
        for stroke in self._strokes(digits):
            kind = "touchStart"
            for x, y in _dense(stroke):
                protocol.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
                kind = "touchMove"
            protocol.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def pinch(self, x: float, y: float, *, times: float) -> None:
        """Move two fingers apart from each other, about a place of the window."""
        protocol = self.context.new_cdp_session(self.page)
        steps = 10
        for step in range(steps + 1):
            apart = 30 * (1 + (times - 1) * step / steps)
            points = [{"x": x - apart, "y": y, "id": 0}, {"x": x + apart, "y": y, "id": 1}]
            kind = "touchMove" if step else "touchStart"
            protocol.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        protocol.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def draw_line(self, height: float, pressure: float) -> None:
        """Draw a line from the left to the right with a pen, at a share of the surface's height."""
        box = self._surface()
        protocol = self.context.new_cdp_session(self.page)
        y = box["y"] + height * box["height"]
        line = [(box["x"] + share * box["width"], y) for share in (0.2, 0.5, 0.8, 0.8)]
        for kind, (x, _) in zip(("mousePressed", "mouseMoved", "mouseMoved", "mouseReleased"), line, strict=True):
            pen = {"pointerType": "pen", "force": pressure, "button": "left", "buttons": 1, "clickCount": 1}
            protocol.send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, **pen})

    def ink_height(self, height: float) -> int:
        """Return how many of the surface's pixels are inked in its middle column, within a fifth about a height."""
        return self.page.evaluate(
            """height => {
                const pad = document.getElementById("pad");
                const column = pad.getContext("2d").getImageData(
                    pad.width / 2, (height - 0.1) * pad.height, 1, 0.2 * pad.height).data;
                return column.filter((value, place) => place % 4 === 3 && value > 127).length;
            }""",
            height,
        )

    def ink(self) -> int:
        """Return how many of the surface's pixels are inked."""
        return self.page.evaluate(
            """() => {
                const pad = document.getElementById("pad");
                const all = pad.getContext("2d").getImageData(0, 0, pad.width, pad.height).data;
                return all.filter((value, place) => place % 4 === 3 && value > 127).length;
            }"""
        )

    def cross_out(self, digit: str, *, place: int, of: int) -> None:
        """Draw across a digit that was written at a place among so many."""
        strokes = list(self._strokes(digit.rjust(place + 1, digit).ljust(of, digit)))
        points = [point for stroke in strokes[place * len(STROKES[digit]) :] for point in stroke]
        left, right = min(x for x, _ in points), max(x for x, _ in points)
        middle = sum(y for _, y in points) / len(points)
        self.page.mouse.move(left - 20, middle)
        self.page.mouse.down()
        self.page.mouse.move(right + 20, middle, steps=20)
        self.page.mouse.up()

    def drop(self, *paths: Path) -> None:
        """Drop files and folders on the middle of the page, as from a file manager."""
        protocol = self.context.new_cdp_session(self.page)
        data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            protocol.send("Input.dispatchDragEvent", {"type": kind, "x": 300, "y": 300, "data": data})

    def paste(self, picture: bytes) -> None:
        """Paste a PNG from the clipboard."""
        self.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.page.evaluate(
            """async picture => {
                const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
                const blob = new Blob([bytes], {type: "image/png"});
                await navigator.clipboard.write([new ClipboardItem({"image/png": blob})]);
            }""",
            base64.b64encode(picture).decode("ascii"),
        )
        self.page.keyboard.press("Control+V")

    def expect_text(self, *lines: str) -> None:
        """Wait until this is what was read."""
        shown = self.page.locator(".digit-line")
        playwright.expect(shown).to_have_text(list(lines))

    def expect_state(self, words: str) -> None:
        """Wait until the reading's state is told so."""
        playwright.expect(self.page.locator("#reading-state")).to_have_text(words)

    def _surface(self) -> dict[str, float]:
        box = self.page.locator("#pad").bounding_box()
        assert box is not None
        return box

    def _strokes(self, digits: str, size: float = 1.0) -> Iterator[list[tuple[float, float]]]:
        """Yield strokes in the window's pixels; digits are three fifths as wide as tall, and fill the surface at 1."""
        box = self._surface()
        height = size * min(0.6 * box["height"], 0.9 * box["width"] / (0.85 * len(digits)))
        left, top = box["x"] + 0.08 * box["width"], box["y"] + 0.5 * (box["height"] - height)
        for place, digit in enumerate(digits):
            for stroke in STROKES[digit]:
                yield [(left + height * (0.85 * place + 0.6 * x), top + height * y) for x, y in stroke]


def axe() -> str:
    """Return the script of axe-core, which checks a page's accessibility."""
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def _dense(stroke: Sequence[tuple[float, float]], steps: int = 6) -> list[tuple[float, float]]:
    """Return a stroke with points between its points."""
    between = [
        (start[0] + share / steps * (end[0] - start[0]), start[1] + share / steps * (end[1] - start[1]))
        for start, end in pairwise(stroke)
        for share in range(steps)
    ]
    return [*between, stroke[-1]]
