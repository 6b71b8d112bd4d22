"""The pictures that a request brings: its whole body, or the parts of a form."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from inkdigits.service.error_answers import ApiError

FORM = "multipart/form-data"
FIELD = "pictures"
MAX_PICTURES = 100
MEDIA_TYPES = ("image/*", "application/octet-stream", "application/pdf")
_UNSAID = "application/x-www-form-urlencoded"  # what curl calls a body whose kind it was not told
BODY = "body"  # what a picture without a name is called


@dataclass(frozen=True)
class Upload:
    """A picture as it came: a name and the bytes of a file."""

    name: str
    content: bytes


def is_form(request: Request) -> bool:
    """Return whether a request brings a form with files.

    Raises:
        ApiError: it brings neither that nor a picture (415).

    """
    kind = _kind(request, "application/octet-stream")
    if kind == FORM:
        return True
    if kind.startswith("image/") or kind in (*MEDIA_TYPES, _UNSAID):
        return False
    raise ApiError(
        415,
        "unknown_content_type",
        f"'{kind}' is not a picture; send one as image/png, image/jpeg, … or application/octet-stream, "
        f"or several as {FORM} in the field '{FIELD}'",
    )


async def read_json(request: Request) -> bytes:
    """Return the JSON that is the whole body.

    Raises:
        ApiError: it is of another kind, as a page of another site could send it without asking (415).

    """
    if _kind(request, "") != "application/json":
        raise ApiError(415, "unknown_content_type", "send this as application/json")
    return await request.body()


async def read_form(request: Request) -> list[Upload]:
    """Return the pictures in the form's field `pictures`.

    Raises:
        ApiError: there are none, or too many, or the form is damaged (400).

    """
    try:
        async with request.form(max_files=MAX_PICTURES, max_fields=MAX_PICTURES) as form:
            files = [part for part in form.getlist(FIELD) if isinstance(part, UploadFile)]
            pictures = [Upload(part.filename or BODY, await part.read()) for part in files]
    except ApiError:
        raise
    except HTTPException as error:  # the parser's, told apart by its words alone
        if "Too many" in str(error.detail):
            raise ApiError(400, "too_many_pictures", f"send at most {MAX_PICTURES} pictures at a time") from error
        raise ApiError(400, "bad_form", f"the form is damaged: {error.detail}") from error
    if not pictures:
        raise ApiError(400, "no_pictures", f"there is no file in the form's field '{FIELD}', or the form is cut short")
    return pictures


def _kind(request: Request, unsaid: str) -> str:
    return request.headers.get("content-type", unsaid).partition(";")[0].strip().lower()
