"""Train a recipe once, in a process of its own, and look at the test digits once, at the end."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

from shared.ledger import REPOSITORY

__all__ = ["train_once", "without_thread_settings"]


async def train_once(
    recipe: str,
    folder: Path,
    *,
    seed: int = 0,
    epochs: int | None = None,
    threads: int | None = None,
    device: str = "auto",
    label: str = "",
) -> dict[str, Any]:
    """Train in a new process; go on with the run in the folder if there is one. If cancelled, the process is stopped.

    Args:
        recipe: the recipe's name.
        folder: the run folder.
        seed: the run's seed.
        epochs: instead of the recipe's.
        threads: how many threads; torch's own choice if not given.
        device: where to compute.
        label: stands before each line of progress on stderr.

    Returns:
        `epochs` (one record each), `test` (accuracy, loss, ece), `batch_size`, `device`, `precision`, `threads`,
        `peak_mebibytes` (of the training process), `process_seconds` (from its start to its end), `versions`.

    Raises:
        RuntimeError: the process failed; it has said why.

    """
    job = {
        "recipe": recipe,
        "folder": str(folder),
        "seed": seed,
        "epochs": epochs,
        "threads": threads,
        "device": device,
    }
    source = os.pathsep.join([str(REPOSITORY / "src"), str(Path(__file__).parents[1])])
    begin = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "shared.one_training", json.dumps(job)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=without_thread_settings() | {"PYTHONPATH": source},
        start_new_session=True,  # Ctrl-C reaches it once, through us
    )
    assert process.stdout is not None  # noqa: S101 - for the type checker
    assert process.stderr is not None  # noqa: S101
    try:
        answer, _ = await asyncio.gather(process.stdout.read(), _repeat(process.stderr, label))
        if await process.wait():
            raise RuntimeError(f"training {recipe} with seed {seed} failed with exit code {process.returncode}")
    finally:
        if process.returncode is None:
            process.terminate()  # it writes its checkpoint and ends
            await process.wait()
    told: dict[str, Any] = json.loads(answer)
    return told | {"process_seconds": time.perf_counter() - begin}


def without_thread_settings() -> dict[str, str]:
    """Return the environment without what would decide the number of threads."""
    return {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}


async def _repeat(stream: asyncio.StreamReader, label: str) -> None:
    async for line in stream:
        print(label + line.decode(errors="replace").rstrip(), file=sys.stderr, flush=True)


def _train(job: dict[str, Any]) -> dict[str, Any]:
    """Do the job, in the process that is for it alone."""
    import torch

    import inkdigits
    from inkdigits.training.loop.devices import find_device, has_fast_bfloat16
    from inkdigits.training.loop.progress import LiveProgress
    from inkdigits.training.runs.run_folder import RunFolder, provenance
    from inkdigits.training.runs.whole_run import resume_training

    folder = RunFolder(Path(job["folder"]))
    begun = folder.config_file.exists()
    # Sums are rounded otherwise when more threads share them: the same end needs the same number.
    threads = folder.read_config()["threads"] if begun else job["threads"]
    if threads is not None:
        torch.set_num_threads(threads)
    with LiveProgress() as progress:
        if begun:
            run = resume_training(folder.path, device=job["device"], observers=[progress])
        else:
            run = inkdigits.train(
                job["recipe"],
                out=folder.path,
                seed=job["seed"],
                epochs=job["epochs"],
                device=job["device"],
                progress=False,
                observers=[progress],
            )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    place = find_device(job["device"])
    test = inkdigits.evaluate(run.model, "mnist", "test").to_dict()
    return {
        "epochs": run.history.rows(),
        "test": {name: test[name] for name in ("accuracy", "loss", "ece")},
        "batch_size": run.recipe.batch_size,
        "device": str(place),
        "precision": "bfloat16" if run.recipe.precision == "auto" and has_fast_bfloat16(place) else "float32",
        "threads": torch.get_num_threads(),
        "peak_mebibytes": round(peak),
        "versions": provenance()["versions"],
    }


if __name__ == "__main__":
    print(json.dumps(_train(json.loads(sys.argv[1]))))
