"""What `read` really writes is what docs/readings.md and its schema say."""

import json
from pathlib import Path

import jsonschema
import pytest
from PIL import Image

from inkdigits.errors import PictureError
from inkdigits.reading.reader import Reader
from inkdigits.results.reading import Reading
from inkdigits.results.transcript import CSV_COLUMNS, SCHEMA
from inkdigits.samples import sample_pictures

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft202012Validator:
    described = json.loads((DOCS / "reading.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(described)
    return jsonschema.Draft202012Validator(described)


def test_real_readings_are_as_the_schema_says(schema: jsonschema.Draft202012Validator, tmp_path: Path) -> None:
    pages = [Image.open(path).convert("RGB") for path in sample_pictures()]
    pages[0].save(tmp_path / "pages.tif", save_all=True, append_images=pages[1:])
    (tmp_path / "cut.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    readings = [one.to_dict() for one in Reader().read_many([tmp_path / "pages.tif", tmp_path / "cut.png", tmp_path])]
    assert [reading["page"] for reading in readings] == [*range(1, len(pages) + 1), 1, 1]
    assert {reading["status"] for reading in readings} >= {"ok", "no_digit", "error"}
    for reading in readings:
        schema.validate(json.loads(json.dumps(reading)))


@pytest.mark.parametrize(
    "change",
    [
        {"schema": 1},
        {"status": "fine"},
        {"page": 0},
        {"text": "4  7"},
        {"numbers": ["4 7"]},
        {"rotation": 45},
        {"error": {"code": "?", "message": "x"}},
    ],
    ids=str,
)
def test_the_schema_refuses_what_is_no_reading(
    schema: jsonschema.Draft202012Validator, change: dict[str, object]
) -> None:
    assert not schema.is_valid(Reading("x.png").to_dict() | change)
    assert schema.is_valid(Reading("x.png").to_dict())


def test_every_name_is_documented(schema: jsonschema.Draft202012Validator) -> None:
    text = (DOCS / "readings.md").read_text(encoding="utf-8")
    definitions = schema.schema["$defs"]
    names = {*schema.schema["properties"], *definitions["digit"]["properties"], *definitions["mark"]["properties"]}
    names |= set(definitions["error"]["properties"]["code"]["enum"])
    assert {name for name in names if f"`{name}`" not in text} == set()
    assert f"version {SCHEMA}" in text
    assert f"`{','.join(CSV_COLUMNS)}`" in text


def test_every_code_of_an_error_is_in_the_schema(schema: jsonschema.Draft202012Validator) -> None:
    codes = schema.schema["$defs"]["error"]["properties"]["code"]["enum"]
    for code in codes:
        assert schema.is_valid(Reading("x.png", error=PictureError("x", code=code)).to_dict())
