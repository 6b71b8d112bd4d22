"""`/samples/{name}`: the pictures that come with the package, for the page to read as examples."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import FileResponse

from inkdigits.samples import sample_pictures
from inkdigits.service.error_answers import ApiError

router = APIRouter(include_in_schema=False)

_SAMPLES = {path.name: path for path in sample_pictures()}


@router.get("/samples/{name}")
async def sample(name: str) -> FileResponse:
    """Return one of the pictures."""
    if name not in _SAMPLES:
        raise ApiError(404, "not_found", f"there is no such sample; there are {', '.join(_SAMPLES)}")
    return FileResponse(_SAMPLES[name])
