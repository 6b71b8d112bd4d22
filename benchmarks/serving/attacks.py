"""Requests that cost far more than they look like, sent again and again until a block ends."""

from __future__ import annotations

import io
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from PIL import Image, ImageDraw

from inkdigits.samples import LABELS

__all__ = ["Attack", "costly_requests", "under"]

Attack = tuple[str, str, bytes]  # path, content type, body


def costly_requests(page: bytes, pages: int, model: str) -> list[Attack]:
    """Return boxes in boxes, a small picture full of digits, a PDF of forms in forms, text for numbers, large pages."""
    tensor = {"name": "images", "shape": [1, 784], "datatype": "UINT8", "data": ["A" * 1000] * 750}
    return [
        ("/v1/read", "image/png", _nested_boxes()),
        ("/v1/read", "image/png", _full_of_digits()),
        ("/v1/read", "application/pdf", _form_bomb(12)),
        (f"/v2/models/{model}/infer", "application/json", json.dumps({"inputs": [tensor]}).encode()),
        *[("/v1/read", "image/jpeg", page)] * pages,
    ]


@contextmanager
def under(url: str, attacks: Sequence[Attack], pause: float = 0.0) -> Iterator[None]:
    """Send each attack over and over, side by side, while a block runs; so many seconds after its answer again."""
    over = threading.Event()

    def send(attack: Attack) -> None:
        path, kind, body = attack
        while not over.is_set():
            request = urllib.request.Request(f"{url}{path}", body, {"Content-Type": kind})
            try:
                urllib.request.urlopen(request).read()
            except (urllib.error.URLError, OSError):
                over.wait(0.2)  # refused: as people do, it is sent again a little later
            over.wait(pause)

    senders = [threading.Thread(target=send, args=(attack,)) for attack in attacks]
    for sender in senders:
        sender.start()
    try:
        yield
    finally:
        over.set()
        for sender in senders:
            sender.join()


def _nested_boxes() -> bytes:
    image = Image.new("1", (2000, 2000), 1)
    for edge in range(0, 992, 5):
        ImageDraw.Draw(image).rectangle((edge, edge, 1999 - edge, 1999 - edge), outline=0)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def _full_of_digits() -> bytes:
    """Return 360×360 pixels, as small as a drawing, with 400 digits."""
    image, file = Image.new("L", (360, 360), 255), io.BytesIO()
    with Image.open(LABELS.with_name("mouse.png")) as drawing:
        digit = drawing.convert("L").resize((18, 18))
    for place in range(400):
        image.paste(digit, (18 * (place % 20), 18 * (place // 20)))
    image.save(file, "PNG")
    return file.getvalue()


def _form_bomb(levels: int) -> bytes:
    """Return a PDF whose renderer mends the table of places that it lacks."""
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>>>",
        "<</Length 5>>stream\n/F Do\nendstream",
    ]
    for level in range(levels):
        inner = level == levels - 1
        draws = ("0 0 50 50 re f " if inner else "/F Do ") * 10
        more = "" if inner else f"/Resources<</XObject<</F {6 + level} 0 R>>>>"
        form = f"/Type/XObject/Subtype/Form/BBox[0 0 99 99]{more}"
        objects.append(f"<<{form}/Length {len(draws)}>>stream\n{draws}\nendstream")
    body = "".join(f"{number} 0 obj\n{text}\nendobj\n" for number, text in enumerate(objects, 1))
    return f"%PDF-1.4\n{body}trailer<</Size {len(objects) + 1}/Root 1 0 R>>\n%%EOF\n".encode()
