"""Tensors as the Open Inference Protocol has them: in JSON, or in binary behind the JSON.

The protocol: https://kserve.github.io/website/docs/concepts/architecture/data-plane/v2-protocol; binary tensors are
the extension `binary_tensor_data` of Triton's HTTP interface.
"""

from __future__ import annotations

import itertools
import json
import math
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, Field

from inkdigits.service.error_answers import ApiError
from inkdigits.service.schemas import understood

HEADER_LENGTH = "Inference-Header-Content-Length"  # bytes of JSON before the binary tensors
_BINARY_SIZE = "binary_data_size"
_BINARY = "binary_data"


class Tensor(BaseModel):
    """A tensor; `data` is flat or nested, row by row."""

    name: Literal["images"]
    shape: tuple[Annotated[int, Field(ge=1, le=10_000)], Literal[28], Literal[28]]
    datatype: Literal["UINT8"]
    data: list[Any] | None = None
    parameters: dict[str, Any] = {}


class WantedOutput(BaseModel):
    """An output that is asked for."""

    name: Literal["probabilities"]
    parameters: dict[str, Any] = {}


class InferenceRequest(BaseModel):
    """What is asked: images uint8 (N,28,28), 0 paper to 255 ink, as MNIST."""

    id: str | None = None
    inputs: Annotated[list[Tensor], Field(min_length=1, max_length=1)]
    outputs: Annotated[list[WantedOutput], Field(max_length=1)] = []
    parameters: dict[str, Any] = {}

    @property
    def wants_binary(self) -> bool:
        """Whether the output is to be binary."""
        if self.outputs and _BINARY in self.outputs[0].parameters:
            return bool(self.outputs[0].parameters[_BINARY])
        return bool(self.parameters.get("binary_data_output", False))


class OutputTensor(BaseModel):
    """Probabilities of the ten digits for each image, (N,10)."""

    name: Literal["probabilities"]
    datatype: Literal["FP32"]
    shape: list[int]
    data: list[float] | None = None


class InferenceResponse(BaseModel):
    """What is answered; `id` is the request's."""

    model_name: str
    model_version: str
    id: str | None = None
    outputs: list[OutputTensor]


def parse(body: bytes, header_length: str | None) -> tuple[InferenceRequest, bytes]:
    """Return the request in a body, and the binary tensors behind it.

    Args:
        body: JSON, with binary tensors behind it if a length is given.
        header_length: how many bytes the JSON has.

    Raises:
        ApiError: it is no such request (400).

    """
    length = len(body)
    if header_length is not None:
        length = int(header_length) if header_length.isascii() and header_length.isdecimal() else -1
        if not 0 <= length <= len(body):
            raise _malformed(f"{HEADER_LENGTH} is '{header_length}', and the body has {len(body)} bytes")
    return understood(InferenceRequest, body[:length], 400, "bad_request"), body[length:]


def images_of(request: InferenceRequest, binary: bytes) -> npt.NDArray[np.uint8]:
    """Return the images of a request, uint8 (N,28,28).

    Raises:
        ApiError: the tensor is not what its shape and datatype say (400).

    """
    tensor = request.inputs[0]
    if _BINARY_SIZE in tensor.parameters:
        if tensor.data is not None or tensor.parameters[_BINARY_SIZE] != len(binary):
            raise _malformed(f"there are {len(binary)} bytes of binary data; {_BINARY_SIZE} and data say otherwise")
        values = np.frombuffer(binary, np.uint8)
    else:
        values = _flat(tensor.data)
    if values.size != math.prod(tensor.shape):
        raise _malformed(f"images holds {values.size:,} numbers, and its shape is {list(tensor.shape)}")
    return values.reshape(tensor.shape)


def response(
    request: InferenceRequest, model_name: str, model_version: str, probabilities: npt.NDArray[np.float32]
) -> tuple[bytes, dict[str, str]]:
    """Return the body that answers a request by the probabilities of its images, float32 (N,10), and its headers."""
    output: dict[str, Any] = {"name": "probabilities", "datatype": "FP32", "shape": list(probabilities.shape)}
    binary = probabilities.astype("<f4").tobytes() if request.wants_binary else b""
    if binary:
        output["parameters"] = {_BINARY_SIZE: len(binary)}
    else:
        output["data"] = probabilities.ravel().tolist()
    answer = {"model_name": model_name, "model_version": model_version, "outputs": [output]}
    header = json.dumps(answer if request.id is None else answer | {"id": request.id}).encode()
    if not binary:
        return header, {"Content-Type": "application/json"}
    return header + binary, {"Content-Type": "application/octet-stream", HEADER_LENGTH: str(len(header))}


def _flat(data: list[Any] | None) -> npt.NDArray[np.uint8]:
    """Return the numbers of flat or nested lists, which must be whole and from 0 to 255."""
    numbers = data or []
    for _ in range(3):  # images, rows and columns are lists within each other
        if not any(isinstance(number, list) for number in numbers):
            break
        if not all(isinstance(number, list) for number in numbers) or len({len(number) for number in numbers}) > 1:
            raise _malformed("the data of images are lists of different lengths")
        numbers = list(itertools.chain.from_iterable(numbers))
    # Looked at before numpy is: of a few long strings among the numbers it would make an array of such strings.
    if not all(type(number) is int and 0 <= number <= 255 for number in numbers):
        raise _malformed("the data of images must be whole numbers from 0 to 255")
    return np.array(numbers, np.uint8)


def _malformed(message: str) -> ApiError:
    return ApiError(400, "bad_request", message)
