"""schemathesis asks what the OpenAPI document allows and what it does not, and judges each answer by all its checks."""

import base64
import io
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from PIL import Image

import inkdigits

from ..waiting import PATIENCE

TOKEN = "correct-horse-battery-staple"
NAME = inkdigits.Classifier().info.name
DRAWING = Image.new("L", (28, 28))


def saved(kind: str) -> bytes:
    buffer = io.BytesIO()
    DRAWING.save(buffer, kind)
    return buffer.getvalue()


for media_type, kind in (("application/octet-stream", "PNG"), ("application/pdf", "PDF")):
    schemathesis.openapi.media_type(media_type, st.just(saved(kind)))
api = schemathesis.openapi.from_path(Path(__file__).parents[2] / "docs" / "openapi.json")


@pytest.fixture(scope="module")
def everything(serve, tmp_path_factory):
    """A service that has all that can be turned on."""
    folder = tmp_path_factory.mktemp("everything")
    (folder / "token").write_text(TOKEN)
    return serve("--token-file", str(folder / "token"), "--keep-corrections", str(folder / "kept"))


def make_plausible(case) -> None:
    """Put in what a JSON schema cannot ask for: a page and a region that are there, a picture, enough numbers."""
    if case.meta is None or case.meta.generation.mode != schemathesis.GenerationMode.POSITIVE:
        return
    if case.path.endswith("/infer"):
        case.path_parameters["name"] = NAME
        for tensor in case.body["inputs"]:
            tensor["shape"][0] = min(tensor["shape"][0], 3)
            tensor["data"] = [7] * (784 * int(tensor["shape"][0]))
            tensor["parameters"] = {}
    elif case.path == "/v1/corrections":
        case.body["picture_crop"] = base64.b64encode(saved("PNG")).decode()
    elif case.path == "/v1/explain":
        case.body["image"] = base64.b64encode(saved("PNG")).decode()
    elif case.path in ("/v1/read", "/v1/pages/read"):
        there = {"page": 1, "region": "0,0,1,100%"}
        case.query |= {name: there[name] for name in there if name in case.query}


@api.parametrize()
@settings(max_examples=5, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_the_document_says(case, everything) -> None:
    make_plausible(case)
    case.call_and_validate(base_url=everything.url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=PATIENCE)
