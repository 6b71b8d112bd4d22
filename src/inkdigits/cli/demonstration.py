"""The whole path in under a minute and a half: data, training, evaluation, figures, and pictures read."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inkdigits.data import Dataset, load_dataset
from inkdigits.errors import DataNotFoundError, OutputError
from inkdigits.extras import require
from inkdigits.files import make_folder, write_atomically

if TYPE_CHECKING:
    from inkdigits.evaluation.digit_evaluation import Evaluation
    from inkdigits.results.reading import Reading
    from inkdigits.training.loop.history import Observer
    from inkdigits.training.runs.trained_run import TrainedRun

__all__ = ["Demo", "run_demo"]


@dataclass(frozen=True)
class Demo:
    """What the demo made.

    Attributes:
        folder: where everything is.
        report: the page to open.
        run: the training run.
        evaluation: the trained model on the test digits.
        readings: the sample pictures, read by the models that ship with the package.
        own_readings: the same, with the network that was just trained in the digit model's place.

    """

    folder: Path
    report: Path
    run: TrainedRun
    evaluation: Evaluation
    readings: list[Reading]
    own_readings: list[Reading]


def run_demo(
    out: str | Path = "inkdigits-demo",
    *,
    data_dir: str | Path | None = None,
    offline: bool = False,
    seed: int = 0,
    tell: Callable[[str], None] = lambda line: None,
    observers: Sequence[Observer] = (),
) -> Demo:
    """Train the `fast` recipe, evaluate it, read the sample pictures, and write a report.

    Args:
        out: the folder to write to; what an earlier demo left there is replaced.
        data_dir: where to look for MNIST first.
        offline: never download; without MNIST on disk, scikit-learn's digits take its place.
        seed: decides everything that is drawn at random.
        tell: told in one line what comes next.
        observers: who is told how training goes.

    Raises:
        MissingExtraError: `inkdigits[train]` is not installed.
        OutputError: the folder cannot be written to.

    """
    require("train", "The demo")
    from inkdigits.evaluation.digit_evaluation import evaluate
    from inkdigits.reading.reader import Reader
    from inkdigits.samples import sample_pictures
    from inkdigits.training.runs.whole_run import train

    folder = make_folder(out)
    data = _find_data(data_dir, offline, tell)
    tell(f"training the recipe 'fast' on {data} …")
    run_folder = folder / "run"
    if (run_folder / "config.json").exists():
        shutil.rmtree(run_folder)
    # About as many steps on the 1,257 digits of the embedded data set as 1 epoch of MNIST has.
    run = train(
        "fast",
        data,
        out=run_folder,
        seed=seed,
        epochs=None if data == "mnist" else 40,
        data_dir=data_dir,
        offline=offline,
        progress=False,
        observers=observers,
    )
    for name in ("model.onnx", "history.csv"):
        write_atomically(folder / name, (run.folder / name).read_bytes())
    tell("evaluating on the test digits …")
    test = load_dataset(data, "test", data_dir=data_dir, offline=offline)
    evaluation = evaluate(run.model, test)
    tell("reading the sample pictures with the network just trained, and with the models that ship …")
    own_readings, readings = (list(Reader(model).read_many(sample_pictures())) for model in (run.model, "bundled"))
    _write_readings(folder, readings)
    tell("writing the report …")
    report = _write_report(folder, run, evaluation, test, readings, own_readings)
    return Demo(folder, report, run, evaluation, readings, own_readings)


def _find_data(data_dir: str | Path | None, offline: bool, tell: Callable[[str], None]) -> str:
    """Return the name of the data set to train on: MNIST, or the embedded digits where it is not to be had."""
    try:
        load_dataset("mnist", "train", data_dir=data_dir, offline=offline)
    except (DataNotFoundError, OutputError) as error:  # nowhere to be found, or nowhere to keep it
        tell(f"{error}; going on with scikit-learn's 1,797 handwritten digits")
        return "optdigits"
    return "mnist"


def _write_readings(folder: Path, readings: list[Reading]) -> None:
    """Write the readings as JSON and as annotated pictures."""
    annotated = make_folder(folder / "readings")
    for reading in readings:
        reading.save(annotated / f"{Path(reading.source).stem}.png")
    entries = [reading.to_dict() | {"source": Path(reading.source).name} for reading in readings]
    write_atomically(folder / "readings.json", json.dumps(entries, ensure_ascii=False, indent=1) + "\n")


def _write_report(
    folder: Path,
    run: TrainedRun,
    evaluation: Evaluation,
    test: Dataset,
    readings: list[Reading],
    own_readings: list[Reading],
) -> Path:
    from inkdigits.evaluation.report import write_report
    from inkdigits.reading.model_file import open_model

    return write_report(
        folder,
        evaluation,
        test.images,
        info=open_model(run.model)[1],
        history=run.history.rows(),
        readings=readings,
        own_readings=own_readings,
        title="inkdigits: handwritten digits, learned and read",
    )
