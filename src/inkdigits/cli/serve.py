"""`inkdigits serve`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from inkdigits.cli import options
from inkdigits.errors import unknown_name
from inkdigits.extras import require


def serve(
    model: options.Model = "bundled",
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on; 0 takes a free one.")] = 8000,
    workers: Annotated[
        int | None, typer.Option(min=1, max=256, help="How many processes read.", show_default="all cores")
    ] = None,
    token_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Ask for the token in this file, as a bearer token.")
    ] = None,
    serve_anyone: Annotated[
        bool, typer.Option("--serve-anyone", help="Let other machines in without a token.")
    ] = False,
    max_body: Annotated[str, typer.Option(metavar="SIZE", help="The largest body of a request.")] = "20MB",
    max_pixels: Annotated[int, typer.Option(min=1, help="The most pixels of a picture.")] = 50_000_000,
    max_concurrency: Annotated[
        int, typer.Option(min=1, help="Requests that are read for or wait; to more it says 503.")
    ] = 32,
    picture_seconds: Annotated[
        float, typer.Option(min=0.1, help="What a picture may take; then its process is killed.")
    ] = 20,
    reader_memory: Annotated[
        str, typer.Option(metavar="SIZE", help="What a process may take for a picture, beyond what it has when idle.")
    ] = "512MiB",
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds for a body to arrive, and for an answer.")] = 30,
    cors_origin: Annotated[
        list[str] | None, typer.Option(metavar="ORIGIN", help="Let pages of this origin call; may be repeated.")
    ] = None,
    keep_corrections: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep in this folder what people correct on the page.")
    ] = None,
    teaches: Annotated[
        bool, typer.Option("--teach", help="Let the page teach the model from what was corrected.")
    ] = False,
    opens: Annotated[bool, typer.Option("--open", help="Open the page in your browser.")] = False,
    log_format: Annotated[
        str,
        typer.Option(
            metavar="text|json", help="How to log, to stderr: text tells of what went wrong, json of each request."
        ),
    ] = "text",
) -> None:
    """Serve a page to draw digits on, and an HTTP interface for other programs.

    Open http://127.0.0.1:8000. Only this machine can; another --host needs a token.
    SIGTERM finishes what was begun, then stops; SIGHUP loads the model again.

    [bold]Examples[/bold]

    inkdigits serve --open

    inkdigits serve --model runs/mine --port 9000 --keep-corrections corrections/

    inkdigits serve --keep-corrections corrections/ --teach

    inkdigits serve --host 0.0.0.0 --token-file token.txt --log-format json
    """
    require("serve", "The service")
    if teaches:
        require("train", "Teaching")
    from inkdigits.service.server import run
    from inkdigits.service.service_settings import LOG_FORMATS, Settings, parse_size, read_token

    if log_format not in LOG_FORMATS:
        raise unknown_name("log format", log_format, LOG_FORMATS)
    run(
        Settings(
            model=model,
            host=host,
            port=port,
            workers=workers or os.cpu_count() or 1,
            picture_seconds=picture_seconds,
            reader_memory=parse_size(reader_memory),
            token=read_token(token_file) if token_file else None,
            serves_anyone=serve_anyone,
            max_body=parse_size(max_body),
            max_pixels=max_pixels,
            max_concurrency=max_concurrency,
            timeout=timeout,
            cors_origins=tuple(cors_origin or ()),
            log_format=log_format,
            corrections=keep_corrections.resolve() if keep_corrections else None,
            teaches=teaches,
            opens=opens,
        )
    )
