"""The JSON that goes in and out, as the OpenAPI document shows it."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, ValidationError

from inkdigits.service.error_answers import ApiError

Value = Annotated[int, Field(ge=0, le=9)]
Share = Annotated[float, Field(ge=0, le=1)]
Box = Annotated[list[int], Field(min_length=4, max_length=4, description="left, top, width, height in pixels")]


class Digit(BaseModel):
    """A digit that was read; `image` is there if `detail` was asked for: a PNG of the 28×28 that the model saw."""

    value: Value
    confidence: Share
    accepted: bool
    box: Box
    line: int
    probabilities: Annotated[list[Share], Field(min_length=10, max_length=10)]
    image: str | None = None


class Mark(BaseModel):
    """A mark before, between or after digits; `after` says how many digits of its line stand before it."""

    value: Literal[".", ",", "/", "-", ":", "+"]
    confidence: Share
    accepted: bool
    box: Box
    line: int
    after: int


class ReadingError(BaseModel):
    """Why one of several pictures could not be read."""

    code: str
    message: str


class Reading(BaseModel):
    """What was read in a picture, as docs/readings.md describes it."""

    schema_: Annotated[int, Field(alias="schema")]
    source: str
    page: int
    status: Literal["ok", "uncertain", "no_digit", "error"]
    text: str
    lines: list[str]
    numbers: list[str]
    digits: list[Digit]
    marks: list[Mark]
    rotation: Literal[0, 90, 180, 270]
    notes: list[str]
    error: ReadingError | None


class Readings(BaseModel):
    """What was read in several pictures, in their order."""

    readings: list[Reading]


class Error(BaseModel):
    """What went wrong: for programs, for people, and to be found in the log."""

    code: str
    message: str
    request_id: str


class ErrorBody(BaseModel):
    """An error."""

    error: Error


class ProtocolError(BaseModel):
    """An error, as the Open Inference Protocol has it."""

    error: str


class AboutModel(BaseModel):
    """The model that is used; `card` is Markdown."""

    name: str
    version: str  # the first digits of its file's SHA-256
    card: str  # what its metadata say, if it has none
    metrics: dict[str, Any]  # the figures of each split
    confusion: dict[str, Any] | None  # of the split that has one: `split`, and ten `rows` of ten counts
    limits: list[str]  # what it cannot do, a sentence or two each


class Limits(BaseModel):
    """What a page should know of the service; `max_body` is in bytes."""

    corrections: bool
    teaching: bool
    explanations: bool
    max_body: int
    version: str


class Reload(BaseModel):
    """The model that is used from now on."""

    name: str
    version: str


class Correction(BaseModel):
    """What a person says of a digit: the picture's part, as a PNG in base64, what was read in it, and what it is."""

    model_config = ConfigDict(extra="forbid")

    picture_crop: Annotated[Base64Bytes, Field(max_length=1_000_000)]
    predicted: Value | None
    corrected: Value | Literal["none"]
    confidence: Annotated[Share, Field(allow_inf_nan=False)]
    model: Annotated[str, Field(max_length=200)]


class Corrected(BaseModel):
    """A correction that was kept."""

    id: int


class ToExplain(BaseModel):
    """A digit as `detail` gives it: the 28×28 that the model saw, as a PNG in base64, and what was read."""

    model_config = ConfigDict(extra="forbid")

    image: Annotated[Base64Bytes, Field(max_length=10_000)]
    value: Value


class Explanation(BaseModel):
    """Why a digit was read as it was, in words and as a picture: a PNG in base64."""

    words: str
    picture: str


class HeldBack(BaseModel):
    """Of digits that were held back from a lesson, how many there are, and were read right before and after."""

    n: int
    before: int
    after: int


class Lesson(BaseModel):
    """What a lesson left: from how many digits, beside which known ones, of which a share is read otherwise now."""

    n: int
    known: str
    held_back: HeldBack
    forgotten: Share
    notes: list[str]


class Teaching(BaseModel):
    """How it stands: digits to learn from, the model that is used, and the last lesson, and what is under way in it."""

    corrections: int
    model: str
    can_take_back: bool
    state: Literal["idle", "learning", "learned", "failed"]
    doing: str
    done: int
    total: int
    outcome: Lesson | None
    message: str


Sent = TypeVar("Sent", bound=BaseModel)


def understood(kind: type[Sent], body: bytes, status: int, code: str) -> Sent:
    """Return what a body of JSON says.

    Raises:
        ApiError: it says something else (of this status and code).

    """
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the body"
        raise ApiError(status, code, f"{where}: {first['msg']}") from None


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the entries of an OpenAPI document for some errors of a route."""
    return {status: {"model": ErrorBody, "description": _MEANINGS[status]} for status in statuses}


def json_body(model: type[BaseModel]) -> dict[str, Any]:
    """Return the entry of an OpenAPI document for a route that reads its JSON itself."""
    schema = model.model_json_schema()
    parts = {f"#/$defs/{name}": part for name, part in schema.pop("$defs", {}).items()}
    # None of these parts holds another.
    whole = json.loads(json.dumps(schema), object_hook=lambda part: parts.get(part.get("$ref", ""), part))
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": whole}}}}


_MEANINGS = {
    400: "the request is malformed",
    401: "the token is missing or wrong",
    403: "this is not allowed",
    404: "there is no such thing",
    408: "the body came too slowly",
    409: "this cannot be done now",
    413: "the body or a picture in it is too large",
    415: "this kind of content is not read",
    422: "what was sent cannot be read",
    503: "too many requests at a time; come back later",
    504: "it took too long",
    507: "no more can be kept",
}
