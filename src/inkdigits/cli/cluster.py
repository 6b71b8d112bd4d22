"""`inkdigits cluster`: what runs on Ray, on this machine or many."""

from __future__ import annotations

import typer

from inkdigits.cli import cluster_read, cluster_train, sweep

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Read, train and sweep by many workers on Ray, here or on a cluster.")
app.command()(cluster_read.read)
app.command()(cluster_train.train)
app.command()(sweep.sweep)
