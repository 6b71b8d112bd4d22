"""The whole lesson: from a person's digits to a model file, or to the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from inkdigits.data.dataset import CLASSES, Progress
from inkdigits.extras import require
from inkdigits.files import make_folder
from inkdigits.reading.classifier import Classifier
from inkdigits.reading.ensemble import TaughtModel, emphasised
from inkdigits.reading.model_file import BUNDLED, bundled_sum, find_model
from inkdigits.reading.recognise import Recognition, agreed
from inkdigits.results.notebook_html import html_table
from inkdigits.training.loop.progress import Showing, shown
from inkdigits.training.teaching.holding_back import ENOUGH, GOOD, HeldBack, check, folds, hold_back
from inkdigits.training.teaching.known_digits import MNIST, known_digits
from inkdigits.training.teaching.lesson_examples import Digits as OwnDigits
from inkdigits.training.teaching.lesson_examples import Examples, gather
from inkdigits.version import __version__

if TYPE_CHECKING:
    import torch
    from torch import nn

    from inkdigits.reading.model_file import ModelInfo
    from inkdigits.training.teaching.last_layer import Lesson, Pupil

_TAUGHT = ", taught"


@dataclass(frozen=True, repr=False)
class Taught:
    """What teaching leaves.

    Attributes:
        model: the model file.
        n: how many digits it learned from.
        known: what it was kept from forgetting with: "MNIST", or words for what took its place.
        held_back: how digits are read before and after that were held back.
        forgotten: of known digits, the share that is read otherwise than before, 0 to 1.
        notes: what was left out, and what would make it better, in words.

    """

    model: Path
    n: int
    known: str
    held_back: HeldBack
    forgotten: float
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Taught {self.n:,} digits: {self._compared}, in {self.model}>"

    def _repr_html_(self) -> str:
        notes = "".join(f"<div>{escape(note)}</div>" for note in self.notes)
        return html_table(self.rows()) + notes

    @property
    def _compared(self) -> str:
        held = self.held_back
        return (
            f"of {held.n:,} held back {held.before:,} read right before, {held.after:,} after"
            if held.n
            else "none held back"
        )

    def rows(self) -> list[tuple[str, str]]:
        """Return what came of it in words, as a table has it."""
        unknown = "none: with one example of each digit, nobody can say yet how much better it reads"
        return [
            ("learned", f"{self.n:,} digits, beside {self.known} to keep what it knew"),
            ("held back", self._compared if self.held_back.n else unknown),
            ("known digits", f"{1 - self.forgotten:.1%} read as before"),
            ("model", str(self.model)),
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return the same as JSON can hold it."""
        return {
            "model": str(self.model),
            "n": self.n,
            "known": self.known,
            "held_back": {"n": self.held_back.n, "before": self.held_back.before, "after": self.held_back.after},
            "forgotten": self.forgotten,
            "notes": list(self.notes),
        }


def teach(
    data: OwnDigits,
    *,
    base: str | Path = BUNDLED,
    out: str | Path = "taught",
    seed: int = 0,
    data_dir: str | Path | None = None,
    offline: bool = False,
    lesson: Lesson | None = None,
    progress: Progress | Showing = "auto",
) -> Taught:
    """Have a model learn the digits of somebody's hand, and forget nothing.

    Args:
        data: a folder with sub-folders named 0 to 9; a CSV with the columns `path` and `label`, whose labels are
            digits or strings of them; a folder in which `serve --keep-corrections` kept corrections; a `Dataset`; or
            (images, labels): (N,28,28) or (N,784), white ink on black, and (N,).
        base: the model to begin with: "bundled", a run folder, or a model file that inkdigits wrote.
        out: the folder for `model.onnx`, which is made if need be; what stands there stays if teaching fails.
        seed: decides what is drawn at random.
        data_dir: where to look for MNIST first.
        offline: never download it.
        lesson: how to teach.
        progress: show a bar: "auto" on a terminal and in a notebook alone, True, or False; or a function that is told
            what is being done, how much of it is done, and how much there is to do.

    Raises:
        MissingExtraError: torch or another part of `inkdigits[train]` is not installed.
        UsageError: they are neither a path nor (images, labels).
        DataError: the digits cannot be used.
        NotTaughtError: it would read digits that were held back, or those that it knows, worse than before.
        ModelFileError: the base is missing, or was not written by inkdigits.
        OutputError: the model file cannot be written.

    """
    require("train", "Teaching")
    import torch

    from inkdigits.models.onnx_file import DigitModel, read_model, write_model
    from inkdigits.training.loop.chunks import threads
    from inkdigits.training.tasks.digit_task import Digits
    from inkdigits.training.teaching.last_layer import Lesson, Pupil

    lesson = lesson or Lesson()
    # A second thread would save a second, and take ten of processors' time where others are at work too.
    with threads(1), shown(False if callable(progress) else progress) as live:
        tell = progress if callable(progress) else live.on_data if live else _tell_nobody
        model, info = read_model(base)
        folder = make_folder(out)
        examples = gather(data, tell)
        known, source = known_digits(lesson.known, seed, data_dir, offline=offline, progress=tell)
        if source != MNIST:
            lesson = replace(lesson, anchor=lesson.anchor_without_mnist)
        new = Digits(torch.from_numpy(examples.images).unsqueeze(1), torch.from_numpy(examples.labels))
        pictures = _Count("looking at digits", 2 * len(known) + lesson.looks_at(len(new)), tell)
        pupil = Pupil(
            model.network, float(model.temperature), torch.from_numpy(known), lesson, seed=seed, looked=pictures.add
        )
        emphasis = lesson.emphasis if find_model(base) == find_model(BUNDLED) else info.emphasis
        learner = Learner(pupil, pupil.look(new), new.labels, examples, emphasis)
        before = learner.read(pupil.untaught)
        lessons = _Count("learning", folds(examples) + 1, tell)
        held_back = hold_back(examples, seed, before, partial(learner.read_after, lessons.add))
        last = learner.learn(np.ones(len(new), np.bool_))
        lessons.add()
        forgotten = pupil.forgotten(last)
        check(held_back, before, examples, forgotten)
        taught = DigitModel(pupil.taught(last), float(model.temperature))
        path = write_model(taught, _info(info, examples, held_back, emphasis), folder / "model.onnx")
    return Taught(path, len(examples), source, held_back, forgotten, _notes(examples, source))


@dataclass(frozen=True)
class Learner:
    """A pupil with a person's digits.

    Attributes:
        pupil: who learns them.
        seen: float32 (V,N,F), what it sees of them.
        labels: int64 (N,).
        examples: the same digits, with what the page detector and the line model say of them.
        emphasis: how many times what was learned counts beside them; 0 for a model that says alone which digit it is.

    """

    pupil: Pupil
    seen: torch.Tensor
    labels: torch.Tensor
    examples: Examples
    emphasis: float

    @cached_property
    def bundled(self) -> npt.NDArray[np.float32]:
        """What the bundled model says of them."""
        return Classifier(BUNDLED, threads=1).predict_proba(self.examples.images)

    def learn(self, rows: npt.NDArray[np.bool_]) -> nn.Linear:
        """Return a last layer that has learned some of the digits."""
        places = np.flatnonzero(rows)
        return self.pupil.learn(self.seen[:, places], self.labels[places])

    def read(self, last: nn.Linear) -> npt.NDArray[np.int64]:
        """Return what a reader with this last layer reads, int64 (N,)."""
        own = self.pupil.answers(last, self.seen[0]).numpy()
        if self.emphasis:
            own = read_together(self.examples.others, self.bundled, own, self.emphasis)
        return np.asarray(own.argmax(axis=1), np.int64)

    def read_after(self, done: Callable[[], None], held_back: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """Return what digits that were held back are read as once the others are taught."""
        last = self.learn(~held_back)
        done()
        return self.read(last)[held_back]


def _tell_nobody(what: str, done: int, total: int) -> None:
    """Take note of nothing."""


class _Count:
    """Tells how much of something is done."""

    def __init__(self, what: str, total: int, tell: Progress) -> None:
        self._what, self._total, self._tell, self._done = what, total, tell, 0

    def add(self, more: int = 1) -> None:
        """Tell that so much more is done."""
        self._done += more
        self._tell(self._what, self._done, self._total)


def read_together(
    others: npt.NDArray[np.float64], bundled: npt.NDArray[np.float32], taught: npt.NDArray[np.float32], emphasis: float
) -> npt.NDArray[np.floating]:
    """Return what a reader makes of some digits, (N,10).

    Args:
        others: float64 (N,10), what the page detector and the line model say.
        bundled: float32 (N,10), what the bundled digit model says.
        taught: float32 (N,10), what the one says that was taught from it.
        emphasis: how many times the difference counts.

    """
    return agreed(others, emphasised(bundled, taught, emphasis), Recognition.alone, TaughtModel.least)


def _info(base: ModelInfo, examples: Examples, held_back: HeldBack, emphasis: float) -> ModelInfo:
    """Return what the file of a taught model says of itself."""
    right, n = held_back.after, held_back.n
    figures = {"n": n, "correct": right, "accuracy": right / max(n, 1), "correct before": held_back.before}
    return replace(
        base,
        name=base.name if base.name.endswith(_TAUGHT) else base.name + _TAUGHT,
        data=base.data | {"taught": {"n": len(examples), "base": bundled_sum()}},
        metrics={"held back": figures} if n else {},  # those of the base are not its own
        emphasis=emphasis,
        version=__version__,
    )


def _notes(examples: Examples, source: str) -> tuple[str, ...]:
    """Return what was left out, and what would make it better, in words."""
    notes = []
    if examples.skipped:
        notes.append(f"{len(examples.skipped)} pictures were left out; the first: {examples.skipped[0]}")
    if examples.copies:
        notes.append(f"{examples.copies:,} copies of pictures were left out")
    counts = np.bincount(examples.labels, minlength=CLASSES)
    few = [str(digit) for digit in range(CLASSES) if counts[digit] < ENOUGH]
    if few:
        notes.append(f"{ENOUGH} examples of each digit would do, {GOOD} are better: bring more of {', '.join(few)}")
    if source != MNIST:
        notes.append("MNIST is not here: 'inkdigits data fetch mnist' lets it learn more and keep more")
    return tuple(notes)
