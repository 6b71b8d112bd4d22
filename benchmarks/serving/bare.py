"""What a service must do at least: decode a picture, make it 28×28, run one network. uvicorn serves it as it is."""

from __future__ import annotations

import io
import json
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
from PIL import Image

from inkdigits.reading.classifier import Classifier

__all__ = ["app"]

_model = Classifier(threads=1)


async def app(
    scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
) -> None:
    """Answer with the most probable digit of a PNG."""
    if scope["type"] != "http":
        return
    body, more = b"", scope["method"] == "POST"
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    answer = json.dumps({"value": _value(body)} if body else {}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


def _value(picture: bytes) -> int:
    with Image.open(io.BytesIO(picture)) as image:
        small = 255 - np.asarray(image.convert("L").resize((28, 28), Image.Resampling.BOX))
    return int(_model.predict_proba(small[None]).argmax())
