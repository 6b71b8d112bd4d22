"""The service on Ray Serve: `serve run inkdigits.service.deployment:app`, with as many replicas as are needed.

Arguments follow it as `model=runs/mine token_file=token.txt`, or stand in a Serve config file. Where to listen is for
Serve to say: `serve start --http-host …`.
"""

# Annotations stay what they are: Serve looks at them for what `app` takes.
from pathlib import Path

import numpy as np
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict
from ray import serve
from ray.serve.config import AutoscalingConfig
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from inkdigits.pool import Bounds
from inkdigits.reading.model_file import BUNDLED
from inkdigits.reading.reader import Reader
from inkdigits.service.application import create_app
from inkdigits.service.service_settings import Settings, parse_size, read_token

_CONCURRENCY = 32  # requests that a replica reads or keeps waiting
_AUTOSCALING = AutoscalingConfig(
    min_replicas=1,
    max_replicas=64,
    target_ongoing_requests=4,  # a reading takes milliseconds: more of them in a replica are waiting
    upscale_delay_s=10,
    downscale_delay_s=300,
)


class Arguments(BaseModel):
    """What may follow `serve run`: as for `inkdigits serve`, and how much of the cluster is used."""

    model_config = ConfigDict(extra="forbid")

    model: str = BUNDLED  # or an `.onnx` model file, or a run folder, on every node
    token_file: Path | None = None  # holds the token that requests must carry
    serves_anyone: bool = False  # let other machines in without a token
    max_body: str = "20MB"
    timeout: float = 30.0  # seconds for a body to arrive, and for an answer
    picture_seconds: float = Bounds.seconds
    replicas: int | None = None  # how many there always are, in place of as many as are needed
    cpus: float = 1.0  # cores of each replica

    def settings(self) -> Settings:
        """Return what each replica is told."""
        return Settings(
            model=self.model if self.model == BUNDLED else str(Path(self.model).resolve()),
            token=read_token(self.token_file) if self.token_file else None,
            serves_anyone=self.serves_anyone,
            max_body=parse_size(self.max_body),
            max_concurrency=_CONCURRENCY,
            timeout=self.timeout,
            picture_seconds=self.picture_seconds,
        )


def _leave_naming_to_serve(app: ASGIApp) -> ASGIApp:
    """Leave the id out of an answer: Serve's proxy has given each request one, and says it itself."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_without_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [header for header in message["headers"] if header[0] != b"x-request-id"]
            await send(message)

        await app(scope, receive, send_without_id)

    return answer


def _answer_a_digit(reader: Reader) -> None:
    reader.classifier.predict_proba(np.zeros((1, 28, 28), np.uint8))


class _Replica:
    """A process that answers, once its model is loaded."""

    def __init__(self, settings: Settings) -> None:
        self._app = create_app(settings)
        self._app.add_middleware(_leave_naming_to_serve)

    def __serve_build_asgi_app__(self) -> FastAPI:
        return self._app

    def check_health(self) -> None:
        """Answer a digit; a replica that cannot is replaced."""
        self._app.state.service.models.current.readers.submit(_answer_a_digit).result()


def app(arguments: Arguments) -> serve.Application:
    """Return the application that Serve runs."""
    make = serve.deployment(
        name="inkdigits",
        num_replicas=arguments.replicas,
        autoscaling_config=None if arguments.replicas else _AUTOSCALING,
        max_ongoing_requests=_CONCURRENCY,
        ray_actor_options={"num_cpus": arguments.cpus},
        health_check_period_s=10,
        health_check_timeout_s=30,
        graceful_shutdown_timeout_s=30,
    )
    bound: serve.Application = make(serve.ingress()(_Replica)).bind(arguments.settings())
    return bound
