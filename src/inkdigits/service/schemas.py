"""The JSON that goes in and out, as the OpenAPI document shows it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field

__all__ = [
    "AboutModel",
    "Corrected",
    "Correction",
    "Digit",
    "ErrorBody",
    "Limits",
    "Mark",
    "ProtocolError",
    "Reading",
    "Readings",
    "Reload",
    "errors",
    "json_body",
]

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
    version: str
    card: str
    metrics: dict[str, Any]
    confusion: dict[str, Any] | None
    limits: list[str]


class Limits(BaseModel):
    """What a page should know of the service; `max_body` is in bytes."""

    corrections: bool
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


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the entries of an OpenAPI document for some errors of a route."""
    return {status: {"model": ErrorBody, "description": _MEANINGS[status]} for status in statuses}


def json_body(model: type[BaseModel]) -> dict[str, Any]:
    """Return the entry of an OpenAPI document for a route that reads its JSON itself."""
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})

    def resolved(part: Any) -> Any:
        if isinstance(part, list):
            return [resolved(entry) for entry in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            return resolved(definitions[part["$ref"].rpartition("/")[2]])
        return {name: resolved(value) for name, value in part.items()}

    return {"requestBody": {"required": True, "content": {"application/json": {"schema": resolved(schema)}}}}


_MEANINGS = {
    400: "the request is malformed",
    401: "the token is missing or wrong",
    403: "this is not allowed",
    404: "there is no such thing",
    408: "the body came too slowly",
    413: "the body or a picture in it is too large",
    415: "this kind of content is not read",
    422: "what was sent cannot be read",
    503: "too many requests at a time; come back later",
    504: "it took too long",
    507: "no more can be kept",
}
