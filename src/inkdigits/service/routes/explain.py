"""`POST /v1/explain`: why a digit was read as it was."""

from __future__ import annotations

import base64
import io
from functools import partial

import numpy as np
import numpy.typing as npt
from fastapi import APIRouter
from PIL import Image
from starlette.requests import Request

from inkdigits.errors import PictureError
from inkdigits.reading.reader import Reader
from inkdigits.results.characters import Digit
from inkdigits.results.reading import Reading
from inkdigits.results.transcript import Line
from inkdigits.service import schemas, uploads
from inkdigits.service.error_answers import ApiError
from inkdigits.service.service import service_of

router = APIRouter()

_SIDE = 28
_DPI = 100


@router.post(
    "/v1/explain",
    responses=schemas.errors(400, 401, 403, 408, 413, 415, 422, 503, 504),
    openapi_extra=schemas.json_body(schemas.ToExplain),
)
async def explain(request: Request) -> schemas.Explanation:
    """Say why a digit was read as it was: where the model looked, what would change it, the nearest training digits."""
    service = service_of(request)
    if not service.explains:
        message = "explanations are drawn by matplotlib: pip install 'inkdigits[evaluate]'"
        raise ApiError(403, "explanations_off", message)
    body = await uploads.read_json(request)
    with service.pool.place(request, service.models.current.explainers) as place:
        return await place.run(partial(_explain, body=body))


def _explain(reader: Reader, *, body: bytes) -> schemas.Explanation:
    given = schemas.understood(schemas.ToExplain, body, 422, "bad_digit")
    alone = Digit(given.value, 1.0, (), (0, 0, _SIDE, _SIDE), accepted=True, line=0, image=_seen(given.image))
    explanation = Reading("digit", (Line((alone,)),)).explain(0, classifier=reader.classifier)
    drawn = io.BytesIO()
    explanation.plot().savefig(drawn, format="png", dpi=_DPI)
    return schemas.Explanation(words=str(explanation), picture=base64.b64encode(drawn.getvalue()).decode("ascii"))


def _seen(png: bytes) -> npt.NDArray[np.uint8]:
    """Return what a model saw, uint8 (28,28), as `detail` gives it."""
    try:
        with Image.open(io.BytesIO(png), formats=("PNG",)) as image:
            if image.size == (_SIDE, _SIDE):
                return np.asarray(image.convert("L"))
    except Exception as error:  # what codecs raise over damaged files has no common name
        raise PictureError(
            "the image is no PNG, or a damaged one", "send the digit's image, as detail=true gives it"
        ) from error
    raise PictureError("the image is not 28×28", "send the digit's image, as detail=true gives it")
