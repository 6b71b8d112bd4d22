"""`inkdigits cluster train`: one run, whose batches workers share."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from inkdigits.cli import options
from inkdigits.cli.train import print_outcome, what_to_train

__all__ = ["train"]


def train(
    recipe: options.RecipeName = None,
    data: options.Data = None,
    base: options.Base = None,
    out: options.Out = None,
    seed: options.Seed = None,
    epochs: options.Epochs = None,
    batch_size: options.BatchSize = None,
    teachers: options.Teachers = None,
    device: options.Device = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="How many share each batch.", show_default="all cores or GPUs")
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="CPU threads of each worker.")] = 1,
    address: options.Address = None,
    resume: options.Resume = False,
    data_dir: options.DataDir = None,
    offline: options.Offline = False,
) -> None:
    """Train a model by several workers on Ray; what comes out is what 'inkdigits train' writes.

    The folder must lie where all machines see it. A run may be gone on with by either command.

    [bold]Examples[/bold]

    inkdigits cluster train --recipe accurate --workers 2

    inkdigits cluster train --recipe accurate --workers 8 --address HOST:6379 --out /shared/runs/accurate

    inkdigits cluster train --resume --out /shared/runs/accurate
    """
    from inkdigits.extras import require

    require("train", "Training")
    require("scale", "Training by several workers")
    from inkdigits.cluster.ray_cluster import connected
    from inkdigits.cluster.training_job import train_by_workers
    from inkdigits.training.loop.progress import LiveProgress
    from inkdigits.training.runs.whole_run import begin_training

    given = {"seed": seed, "epochs": epochs, "batch_size": batch_size, "data": data, "from": base}
    chosen, run = what_to_train(recipe, out, given, teachers, resume=resume)
    with connected(address, workers=workers and workers * threads), LiveProgress() as progress:
        if run is None:
            run = begin_training(
                chosen,
                data or ["mnist"],
                base=base,
                out=out,
                seed=seed or 0,
                epochs=epochs,
                batch_size=batch_size,
                teachers=teachers or (),
                device=device or "auto",
                data_dir=data_dir,
                offline=offline,
            )
        how: dict[str, Any] = {"device": device, "offline": offline, "observers": [progress]}
        trained = train_by_workers(run, workers=workers, threads=threads, **how)
    print_outcome(trained)
