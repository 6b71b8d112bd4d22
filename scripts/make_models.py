"""Make the models that ship with the package again, from the data to the weights and their cards.

    python scripts/make_models.py
    python scripts/make_models.py --resume

Hands that are not on disk are fetched first; where that fails, the models learn from those that are there. Then the
digit model, and teachers for it if they are asked for, the line model and the page detector, each in a run folder; then
the thresholds below which the three are unsure, the model files and their cards, under src/inkdigits/weights/. After a
change to the reader `--stage thresholds` chooses those again for the models that are there; with --resume from what
they have read already. What is finished is not made again; what was stopped goes on from its checkpoint. How long each
stage took stands in times.json.

The test digits are looked at once, for the digit model's card.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeAlias

import onnx
import torch
from joblib import Memory
from model_cards import digits_card, lines_card, pages_card
from torch import nn

import inkdigits
from inkdigits.cli.console import loading_progress
from inkdigits.data.hands import HANDS, attributions
from inkdigits.data.hands.fetching import fetch_hand
from inkdigits.errors import DataError, InkdigitsError, OutputError
from inkdigits.files import make_folder, sha256, write_atomically
from inkdigits.models.line_network import line_network
from inkdigits.models.onnx_file import read_model, write_graph, write_model
from inkdigits.models.onnx_graph import build_line_graph, build_page_graph
from inkdigits.models.page_network import page_network
from inkdigits.reading.classifier import Classifier
from inkdigits.reading.detector import Detector
from inkdigits.reading.ensemble import Ensemble
from inkdigits.reading.line_model import LineModel
from inkdigits.reading.model_file import ModelInfo
from inkdigits.synthesis.lines import write_line
from inkdigits.synthesis.writers import WRITING, Hands
from inkdigits.training.loop.checkpoint import load_network
from inkdigits.training.loop.devices import find_device
from inkdigits.training.loop.fit import fit
from inkdigits.training.loop.history import HistoryFiles, read_history
from inkdigits.training.loop.progress import LiveProgress
from inkdigits.training.loop.stopping import stopping_on_signals
from inkdigits.training.recipes.recipe import Recipe
from inkdigits.training.recipes.stream_recipes import LineRecipe, PageRecipe, StreamRecipe
from inkdigits.training.runs.run_folder import RunFolder, create_run, provenance
from inkdigits.training.runs.whole_run import resume_training, train
from inkdigits.training.tasks.line_task import LinesTask, LineStream
from inkdigits.training.tasks.page_task import PagesTask, PageStream, write_any_page
from inkdigits.training.tasks.sample_stream import StreamTask
from inkdigits.training.thresholds import Readings, choose_thresholds, read_made_up

Known: TypeAlias = dict[str, Any]

WEIGHTS = Path(__file__).parents[1] / "src" / "inkdigits" / "weights"


@dataclass(frozen=True)
class Plan:
    """What is made, and of what.

    Attributes:
        out: folder of the runs.
        weights: folder of the model files and cards.
        data: the digits to learn from.
        seed: of all but the teachers, which count theirs from 0.
        teachers: how many there are; the shipped digit model has none.
        teacher, digits, lines, pages: the recipes.
        workers: processes that write lines or pages ahead.
        validation: groups of lines, 8 batches of 64 each, that the line model is judged on.
        views: batches of views that the page detector is judged on.
        pictures: to choose thresholds on, of each kind and level.
        resume: go on with what was stopped.

    """

    out: Path = Path("runs/models")
    weights: Path = WEIGHTS
    data: str = "mnist"
    seed: int = 0
    teachers: int = 0
    teacher: Recipe = field(default_factory=partial(Recipe.named, "accurate"))
    digits: Recipe = field(default_factory=partial(Recipe.named, "reader"))
    lines: LineRecipe = field(default_factory=LineRecipe)
    pages: PageRecipe = field(default_factory=PageRecipe)
    workers: int = 1
    validation: int = 4
    views: int = 15
    pictures: int = 150
    resume: bool = False

    @property
    def teacher_runs(self) -> list[RunFolder]:
        """The run folders of the teachers."""
        return [RunFolder(self.out / f"teacher-{seed}") for seed in range(self.teachers)]

    @property
    def digits_run(self) -> RunFolder:
        """The run folder of the digit model."""
        return RunFolder(self.out / "digits")

    @property
    def lines_run(self) -> RunFolder:
        """The run folder of the line model."""
        return RunFolder(self.out / "lines")

    @property
    def further_runs(self) -> list[RunFolder]:
        """The run folders of what goes on from it, twice, each on other lines."""
        return [RunFolder(self.out / f"lines-further-{number}") for number in (1, 2)]

    @property
    def pages_run(self) -> RunFolder:
        """The run folder of the page detector."""
        return RunFolder(self.out / "pages")


def make_digits(plan: Plan) -> None:
    """Make the teachers and the digit model."""
    with timed(plan, "teachers"):
        for seed, run in enumerate(plan.teacher_runs):
            train_digits(plan, plan.teacher, run, seed, [])
    with timed(plan, "digits"):
        train_digits(plan, plan.digits, plan.digits_run, plan.seed, [run.path for run in plan.teacher_runs])
    with timed(plan, "digits' file and card"):
        model, info = read_model(plan.digits_run.path)
        test = inkdigits.evaluate(plan.digits_run.path, plan.data, "test").to_dict()
        figures = {key: test[key] for key in ("n", "correct", "accuracy", "loss", "ece", "confusion")}
        info = replace(info, metrics=info.metrics | {"test": figures})
        path = write_model(model, info, plan.weights / "bundled.onnx")
        weights = sum(weights.numel() for weights in model.network.parameters())
        card = digits_card(path, info, plan.digits_run.read_config(), weights, thanks(info.data["hands"]))
        write_atomically(plan.weights / "bundled.md", card)


def train_digits(plan: Plan, recipe: Recipe, run: RunFolder, seed: int, teachers: list[Path]) -> None:
    """Train a network on digits, unless it is there, or go on with it."""
    state = state_of(run, {"recipe": recipe.to_dict(), "seed": seed}, plan.resume)
    with LiveProgress() as progress:
        if state == "begun":
            resume_training(run.path, observers=[progress])
        elif state == "new":
            train(recipe, plan.data, out=run.path, seed=seed, teachers=teachers, progress=False, observers=[progress])


def make_lines(plan: Plan) -> None:
    """Make the line model."""
    recipe = plan.lines
    with timed(plan, "lines"):
        network, exact = train_lines(plan)
    with timed(plan, "lines' file and card"):
        info = stream_info(plan, plan.lines_run, recipe, "lines", exact, 8 * 64 * plan.validation)
        info = replace(info, input="uint8 (N,40,W), 0 paper to 255 ink, digits about 26 pixels tall")
        path = write_graph(build_line_graph(network, 1.0), info, plan.weights / "lines.onnx")
        weights = sum(weights.numel() for weights in network.parameters())
        card = lines_card(path, info, plan.lines_run.read_config(), weights, thanks(info.data["hands"]))
        write_atomically(plan.weights / "lines.md", card)


def make_pages(plan: Plan) -> None:
    """Make the page detector."""
    recipe = plan.pages
    with timed(plan, "pages"):
        train_pages(plan)
    with timed(plan, "pages' file"):
        network = page_network(recipe.fine, recipe.coarse, recipe.context).eval()
        load_network(plan.pages_run.checkpoint_file, network)
        exact = read_history(plan.pages_run.path)[-1].validation_accuracy
        info = stream_info(plan, plan.pages_run, recipe, "pages", exact, recipe.batch_size * plan.views)
        info = replace(info, input="uint8 (N,H,W), 128 what is about a pixel, digits 11 to 36 pixels tall")
        write_graph(build_page_graph(network), info, plan.weights / "pages.onnx")


def make_thresholds(plan: Plan) -> None:
    """Choose what decides for the three models that are there; the page detector's file and card say it."""
    with timed(plan, "thresholds and the page detector's card"):
        path = plan.weights / "pages.onnx"
        models = Ensemble(
            Detector(path, threads=1),
            LineModel(plan.weights / "lines.onnx", threads=1),
            Classifier(plan.weights / "bundled.onnx", threads=1),
        )
        digits = inkdigits.load_dataset(plan.data, "validation")
        read = partial(kept(plan, read_made_up), models=models, digits=digits)
        thresholds, calibration = choose_thresholds(read, pictures=plan.pictures, progress=say)
        info = replace(models.detector.info, thresholds=thresholds, calibration=calibration)
        graph = onnx.load(path)
        write_graph(graph, info, path)
        weights = sum(
            math.prod(each.dims) for each in graph.graph.initializer if each.name.endswith((".weight", ".bias"))
        )
        card = pages_card(path, info, info.recipe, weights, thanks(info.data["hands"]))
        write_atomically(plan.weights / "pages.md", card)


def kept(plan: Plan, read: Callable[..., Readings]) -> Callable[..., Readings]:
    """Return what reads as `read` does, and with --resume takes what these models have read already.

    Reading takes half an hour: so another aim, or a stage that was stopped, needs no other one.
    """
    networks = b"".join(onnx.load(path).graph.SerializeToString() for path in sorted(plan.weights.glob("*.onnx")))
    memory = Memory(plan.out / "readings" / sha256(networks)[:16], verbose=0)
    if not plan.resume:
        memory.clear(warn=False)
    return memory.cache(read, ignore=["models", "digits"])


def stream_info(plan: Plan, run: RunFolder, recipe: StreamRecipe, name: str, exact: float, judged: int) -> ModelInfo:
    """Return what the file of a network says that learned from synthesised samples."""
    config = run.read_config()
    return ModelInfo(
        name=name,
        recipe=recipe.to_dict() | {"commit": config["commit"]},
        data=config["data"]["training"],
        metrics={f"validation {name}": {"exact": exact, "n": judged}},
        seed=plan.seed,
        version=inkdigits.__version__,
    )


def train_lines(plan: Plan) -> tuple[nn.Module, float]:
    """Train the line network, unless it is there, or go on with it; return it, and which share it reads right."""
    hands, training = known_hands(plan.data, "train")
    held_out, validation = known_hands(plan.data, "validation")
    stream = LineStream(partial(write_line, held_out), batch_size=64, seed=999)
    judged = list(stream.batches(0, stream.batches_a_group * plan.validation))

    def task(recipe: LineRecipe, seed: int, begin: Path | None) -> LinesTask:
        return LinesTask(
            recipe,
            LineStream(partial(write_line, hands), batch_size=recipe.batch_size, seed=seed),
            judged,
            seed=plan.seed,
            device=find_device(),
            workers=plan.workers,
            begin=begin,
        )

    data = {"training": training, "validation": validation}
    again = plan.lines.further_cycle
    train_stream(plan, plan.lines_run, partial(task, plan.lines, plan.seed, None), plan.lines, data, plan.seed)
    for number, run in enumerate(plan.further_runs, 1):
        begin, seed = plan.lines_run.checkpoint_file, plan.seed + number
        known = data | {"begin": sha256(begin.read_bytes())}
        train_stream(plan, run, partial(task, again, seed, begin), again, known, seed)
    network = mean_of_lines(plan)
    return network, task(again, plan.seed, None).judge(network)[1]


def mean_of_lines(plan: Plan) -> nn.Module:
    """Return the line network whose weights are half those of the first run, and half the mean of the further ones.

    Source: M. Wortsman et al., "Model soups: averaging weights of multiple fine-tuned models", ICML 2022.
    """
    runs = [plan.lines_run, *plan.further_runs]
    shares = [0.5] + [0.5 / len(plan.further_runs)] * len(plan.further_runs)
    networks = [line_network(plan.lines.channels, plan.lines.context) for _ in runs]
    for network, run in zip(networks, runs, strict=True):
        load_network(run.checkpoint_file, network)
    with torch.no_grad():
        for mean, *further in zip(*(network.state_dict().values() for network in networks), strict=True):
            mean.copy_(sum(share * own for share, own in zip(shares, [mean, *further], strict=True)))
    return networks[0].eval()


def train_pages(plan: Plan) -> None:
    """Train the page detector, unless it is there, or go on with it."""
    hands, training = known_hands(plan.data, "train")
    held_out, validation = known_hands(plan.data, "validation")

    def task() -> PagesTask:
        batch_size = plan.pages.batch_size
        judged = PageStream(partial(write_any_page, held_out), batch_size=batch_size, seed=999)
        return PagesTask(
            plan.pages,
            PageStream(partial(write_any_page, hands), batch_size=batch_size, seed=plan.seed),
            list(judged.batches(0, plan.views)),
            seed=plan.seed,
            device=find_device(),
            workers=plan.workers,
        )

    data = {"training": training, "validation": validation}
    train_stream(plan, plan.pages_run, task, plan.pages, data, plan.seed)


def train_stream(
    plan: Plan,
    run: RunFolder,
    task: Callable[[], StreamTask[Any]],
    recipe: StreamRecipe,
    data: dict[str, Any],
    seed: int,
) -> None:
    """Train a network on synthesised samples in a run folder, unless it is there, or go on with it."""
    identity = {"recipe": recipe.to_dict(), "seed": seed, "data": data}
    state = state_of(run, identity, plan.resume)
    if state == "finished":
        return
    if state == "new":
        create_run(run.path, identity | provenance())
    with stopping_on_signals() as asked_to, LiveProgress() as progress:
        _, history = fit(
            task(),
            checkpoint=run.checkpoint_file,
            identity=identity,
            resume=run.checkpoint_file.exists(),
            observers=[HistoryFiles(run.path), progress],
            should_stop=asked_to,
            once_stopped=f"go on with: python {sys.argv[0]} --resume, and the options that you gave",
        )
    metrics = {"exact": history[-1].validation_accuracy, "training_seconds": sum(epoch.seconds for epoch in history)}
    write_atomically(run.metrics_file, json.dumps(metrics, indent=1) + "\n")


def fetch_hands() -> None:
    """Fetch the hands that are not on disk, and say which cannot be had: the models learn without them."""
    for name in WRITING:
        try:
            with loading_progress() as progress:
                failures = fetch_hand(name, progress=progress)
        except DataError as error:
            failures = (str(error),)
        for failure in failures:
            say(f"going on without it: {failure}")


def known_hands(data: str, split: Literal["train", "validation"]) -> tuple[Hands, Known]:
    """Return the hands of a split, and what is known about them."""
    digits = inkdigits.load_dataset(data, split)
    hands = Hands.load(digits, split)
    known = {"name": digits.name, "split": split, "n": len(digits), "sha256": digits.sha256, "hands": hands.sources}
    return hands, known


def thanks(names: Iterable[str]) -> tuple[str, ...]:
    """Return who made the data sets of these names, and under which licence, as far as they are known."""
    return attributions(name for name in names if name in {"mnist", *HANDS})


def state_of(run: RunFolder, identity: dict[str, Any], resume: bool) -> str:
    """Return whether a run is "new", "begun" or "finished"; its identity is what decides it.

    Raises:
        OutputError: the folder holds another run, or one that was begun and is not to be gone on with.

    """
    if not run.config_file.exists():
        return "new"
    config = run.read_config()
    if any(config[name] != value for name, value in json.loads(json.dumps(identity)).items()):
        raise OutputError(f"{run.path} holds a run with another recipe, seed or data", "name another folder with --out")
    if run.metrics_file.exists():
        say(f"{run.path} is finished")
        return "finished"
    if not resume:
        raise OutputError(f"{run.path} holds a run that was begun", "go on with it by --resume")
    return "begun"


@contextmanager
def timed(plan: Plan, stage: str) -> Iterator[None]:
    """Say which stage begins, and how long it took; keep that in times.json, together with earlier tries."""
    say(f"{stage} …")
    begin = time.perf_counter()
    try:
        yield
    finally:
        seconds = time.perf_counter() - begin
        path = plan.out / "times.json"
        times = json.loads(path.read_bytes()) if path.exists() else {}
        times[stage] = round(times.get(stage, 0.0) + seconds, 1)
        write_atomically(path, json.dumps(times, indent=1) + "\n")
        say(f"{stage}: {seconds:,.1f} s")


def say(what: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def main(arguments: list[str] | None = None) -> None:
    """Make the models."""
    usual = Plan()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add(
        "--stage",
        choices=("all", "digits", "lines", "pages", "thresholds"),
        default="all",
        help="which models (%(default)s)",
    )
    add("--out", type=Path, default=usual.out, help="folder of the runs (%(default)s)")
    add("--weights", type=Path, default=usual.weights, help="folder of the model files and cards (the package's)")
    add("--resume", action="store_true", help="go on with what was stopped")
    add("--teachers", type=int, default=usual.teachers, help="how many the digit model has (%(default)s)")
    add("--seed", type=int, default=usual.seed, help="of the models (%(default)s)")
    add("--steps", type=int, default=usual.lines.steps, help="of the line model (%(default)s)")
    add("--channels", type=int, nargs=6, default=usual.lines.channels, help="of the line model (%(default)s)")
    add("--context", type=int, nargs="*", default=usual.lines.context, help="of the line model (%(default)s)")
    add("--page-steps", type=int, default=usual.pages.steps, help="of the page detector (%(default)s)")
    add("--pictures", type=int, default=usual.pictures, help="of each kind, to choose thresholds on (%(default)s)")
    add("--threads", type=int, default=torch.get_num_threads(), help="that compute (%(default)s)")
    add("--workers", type=int, default=usual.workers, help="processes that write lines and pages ahead (%(default)s)")
    given = vars(parser.parse_args(arguments))
    torch.set_num_threads(given.pop("threads"))
    stage, steps = given.pop("stage"), given.pop("steps")
    channels, context = tuple(given.pop("channels")), tuple(given.pop("context"))
    try:
        lines = replace(usual.lines, steps=steps, channels=channels, context=context)
        pages = replace(usual.pages, steps=given.pop("page_steps"))
        if stage != "thresholds":  # which are chosen without them
            fetch_hands()
        make(Plan(lines=lines, pages=pages, **given), stage)
    except InkdigitsError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(error.exit_code)


def make(plan: Plan, stage: str = "all") -> None:
    """Make the models of a stage."""
    make_folder(plan.out)
    make_folder(plan.weights)
    if stage in ("all", "digits"):
        make_digits(plan)
    if stage in ("all", "lines"):
        make_lines(plan)
    if stage in ("all", "pages"):
        make_pages(plan)
    if stage in ("all", "pages", "thresholds"):
        make_thresholds(plan)


if __name__ == "__main__":
    main()
