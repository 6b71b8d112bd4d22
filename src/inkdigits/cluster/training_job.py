"""One run shared by workers on Ray: Ray Train starts them, each runs the same `fit`, and the dead are replaced.

Everything that a run writes lies in its folder, the checkpoint among it, so that a run may be begun here and gone on
with elsewhere.
"""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import ray
import torch
from ray.train import FailureConfig, RunConfig, ScalingConfig
from ray.train.torch import TorchConfig, TorchTrainer, get_device
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from inkdigits.cluster.ray_cluster import LIVES, cpus
from inkdigits.errors import (
    ClusterError,
    InkdigitsError,
    TrainingError,
    TrainingInterrupted,
    asked_by_options,
    printable,
)
from inkdigits.training.loop.distributed import BACKENDS, joined
from inkdigits.training.loop.history import EpochRecord, Observer, StepReport
from inkdigits.training.loop.stopping import stopping_on_signals
from inkdigits.training.runs.run_folder import RunFolder
from inkdigits.training.runs.trained_run import TrainedRun
from inkdigits.training.runs.whole_run import resume_training

_News: TypeAlias = StepReport | list[EpochRecord]


def train_by_workers(
    run: RunFolder,
    *,
    workers: int | None = None,
    threads: int = 1,
    device: str | None = None,
    offline: bool = False,
    observers: Sequence[Observer] = (),
) -> TrainedRun:
    """Go on with a run, or begin it, on the Ray cluster that this process is connected to.

    Args:
        run: its folder, which all nodes must see under the same name.
        workers: how many share each batch; one a GPU, or one a core by `threads`, if not given.
        threads: cores of each worker.
        device: "cpu", "cuda", or "auto", a GPU for each worker where the cluster has one; as the run was begun if not
            given.
        offline: never download.
        observers: who is told, here, how it goes.

    Raises:
        ClusterError: the cluster has too few cores or GPUs, or a node does not see the run's folder.
        TrainingInterrupted: this process was asked to stop; the checkpoint is complete.
        TrainingError: workers die again and again.

    and as `resume_training`.

    """
    run = RunFolder(run.path.resolve())
    scaling = _scaling(workers, threads, device or run.read_config()["device"])
    # On this machine, which Ray Train's controller is bound to as well: any other may die.
    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    line: Any = ray.remote(_Channel).options(num_cpus=0, scheduling_strategy=here).remote()
    work = partial(_work, line, run.path, threads, offline)
    # Ray answers Ctrl-C by giving up, unless it is asked from another thread.
    pool = ThreadPoolExecutor(1)
    with stopping_on_signals() as should_stop:
        fitted = pool.submit(_fit, work, scaling, run.path)
        pool.shutdown(wait=False)
        while not fitted.done():
            wait([fitted], 0.2)  # seconds between two pieces of news
            _pass_on(ray.get(line.news.remote()), observers)
            if should_stop():
                line.stop.remote()
    if error := ray.get(line.reason.remote()):
        raise error
    if failure := fitted.exception():
        first = str(failure).strip().splitlines()[0]
        raise TrainingError(
            f"the workers died {LIVES + 1} times: {first}", "look at Ray's logs; --resume goes on from the checkpoint"
        ) from failure
    return TrainedRun.of(run)


def _work(line: Any, folder: Path, threads: int, offline: bool) -> None:
    """Do what each worker does."""
    if ray.get(line.reason.remote()):
        return  # started again after an error that will not go away
    torch.set_num_threads(threads)
    told = _Telling(line)
    try:
        if not folder.is_dir():
            raise ClusterError(
                f"{socket.gethostname()} does not see the run's folder {printable(folder)}",
                "name one with --out that all nodes share",
            )
        with asked_by_options(), joined() as team:
            resume_training(
                folder,
                device=str(get_device()),
                offline=offline,
                observers=[told],
                should_stop=lambda: told.should_stop,
                team=team,
            )
    except InkdigitsError as error:
        ray.get(line.give_up.remote(error))
        if not isinstance(error, TrainingInterrupted):
            raise  # so that the others do not wait for this one


class _Channel:
    """An actor between the workers and whoever started them."""

    def __init__(self) -> None:
        self._news: list[_News] = []
        self._stopping = False
        self._reason: InkdigitsError | None = None

    def tell(self, news: _News) -> bool:
        """Keep news, and return whether the run should stop."""
        self._news.append(news)
        return self._stopping

    def news(self) -> list[_News]:
        news, self._news = self._news, []
        return news

    def stop(self) -> None:
        self._stopping = True

    def give_up(self, reason: InkdigitsError) -> None:
        """Say why the run does not go on; the first reason counts."""
        self._reason = self._reason or reason

    def reason(self) -> InkdigitsError | None:
        return self._reason


class _Telling:
    """An observer in a worker, who passes on what it is told and hears whether to stop."""

    def __init__(self, line: Any) -> None:
        self._line = line
        self.should_stop = False

    def on_step(self, report: StepReport) -> None:
        self._tell(report)

    def on_epoch(self, history: Sequence[EpochRecord]) -> None:
        self._tell(list(history))

    def _tell(self, news: _News) -> None:
        self.should_stop = ray.get(self._line.tell.remote(news))


def _scaling(workers: int | None, threads: int, device: str) -> Any:
    """Return what Ray Train is to start; raise ClusterError if the cluster is too small for it."""
    gpus, cores = int(ray.cluster_resources().get("GPU", 0)), cpus()
    places = sum(int(node["Resources"].get("CPU", 0)) // threads for node in ray.nodes() if node["Alive"])
    on_gpu = device.startswith("cuda") or (device == "auto" and gpus >= (workers or 1))
    workers = workers or (gpus if on_gpu else max(1, places))
    if workers > places or (on_gpu and workers > gpus):
        raise ClusterError(
            f"{workers} workers with {threads} threads each need more than the cluster has: {cores} cores, {gpus} GPUs",
            "give fewer --workers or --threads",
        )
    return ScalingConfig(num_workers=workers, use_gpu=on_gpu, resources_per_worker={"CPU": threads})


def _fit(work: Callable[[], None], scaling: Any, folder: Path) -> None:
    """Have Ray Train do the work; what it notes for itself is removed at the end."""
    notes = folder / ".ray"
    try:
        TorchTrainer(
            work,
            torch_config=TorchConfig(backend=BACKENDS["cuda" if scaling.use_gpu else "cpu"]),
            scaling_config=scaling,
            run_config=RunConfig(name="run", storage_path=str(notes), failure_config=FailureConfig(max_failures=LIVES)),
        ).fit()
    finally:
        shutil.rmtree(notes, ignore_errors=True)


def _pass_on(news: Sequence[_News], observers: Sequence[Observer]) -> None:
    for report in news:
        for observer in observers:
            if isinstance(report, list):
                observer.on_epoch(report)
            else:
                observer.on_step(report)
