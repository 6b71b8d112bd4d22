"""A writer's own hand before and after teaching: `scripts/bench teach`.

Of each validation writer of `swiss`, `pendigits` and `hwd1000` some examples of every digit are taught, and the rest
is read, as `read --single` does: by the page detector, the line model and the digit model together. Prints a line a
writer, and last one line of JSON: errors before and after, summed over writers and draws; the 95% interval of their
ratio (bootstrap over writers and draws); by how many errors the worst hand grew; and how MNIST's validation accuracy
changed. Every lesson counts, also one that `inkdigits teach` would refuse; with --refuse, which takes six times as
long, the model then stays as it was. With --test, once all is chosen, only the accuracy on MNIST's test digits is
measured, after the same lessons; n, before and after are then 0. --time measures the seconds that `inkdigits teach`
takes for 100 digits, with all that it loads.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from shared.ledger import append, commit, machine

from inkdigits.data import load_dataset
from inkdigits.data.hands import Scans, load_scans, load_strokes
from inkdigits.data.hands.hand_digits import draw_strokes
from inkdigits.errors import NotTaughtError
from inkdigits.models.onnx_file import read_model
from inkdigits.reading.classifier import Classifier
from inkdigits.reading.decide import Thresholds, only_digit
from inkdigits.reading.read_page import read_page
from inkdigits.training.tasks.digit_task import Digits
from inkdigits.training.teaching.holding_back import check, hold_back
from inkdigits.training.teaching.known_digits import known_digits
from inkdigits.training.teaching.last_layer import Lesson, Pupil
from inkdigits.training.teaching.lesson_examples import Examples, models_without_opinion, others
from inkdigits.training.teaching.lessons import Learner, read_together

TAUGHT = Path(__file__).parents[1] / "experiments" / "teaching.csv"
COLUMNS = (
    *("commit", "examples", "draws", "n", "before", "after", "ratio_low", "ratio_high", "worst_hand"),
    *("mnist", "mnist_split", "seconds_a_lesson", "machine"),
)
MARGIN = 25  # pixels of paper about what is drawn from strokes


@dataclass(frozen=True)
class Writer:
    """A hand, as the reader sees its digits.

    Attributes:
        name: whose.
        labels: int64 (N,).
        was_read: bool (N,): which of them it has seen; of the others what follows says nothing.
        images: uint8 (N,28,28).
        others: float64 (N,10), what the other two models say.

    """

    name: str
    labels: npt.NDArray[np.int64]
    was_read: npt.NDArray[np.bool_]
    images: npt.NDArray[np.uint8]
    others: npt.NDArray[np.float64]


def writers(examples: Sequence[int], draws: int, *, whole: bool) -> Iterator[Writer]:
    """Yield the validation writers, of whom all is read, or only what they are taught by."""
    models = models_without_opinion()
    for name in ("swiss", "pendigits", "hwd1000"):
        digits = load_strokes(name, "validation") if name == "pendigits" else load_scans(name, "validation")
        pages = list(digits.images) if isinstance(digits, Scans) else [page(strokes) for strokes in digits.strokes]
        for writer in np.unique(digits.writers):
            own = np.flatnonzero(digits.writers == writer)
            labels, n = digits.labels[own], len(own)
            hand = Writer(
                f"{name} {writer}", labels, np.full(n, whole), np.zeros((n, 28, 28), np.uint8), np.full((n, 10), 0.1)
            )
            for count, draw in product(examples, range(draws)):
                hand.was_read[some_of_each(labels, count, draw)] = True
            for place in np.flatnonzero(hand.was_read):
                lines = only_digit(read_page(pages[own[place]], models, single=True).lines, Thresholds())
                if lines:
                    (hand.images[place], hand.others[place]) = lines[0].digits[0].image, others(lines[0].digits[0])
            yield hand


def page(strokes: tuple[npt.NDArray[np.float32], ...]) -> npt.NDArray[np.uint8]:
    """Return a digit's strokes as dark ink on light paper."""
    return np.rint(255 - 225 * np.pad(draw_strokes(strokes), MARGIN)).astype(np.uint8)


def measure(hands: list[Writer], examples: int, draws: int, split: str, *, refuse: bool) -> dict[str, object]:
    """Teach each writer's hand some times, and count the errors on the rest of it."""
    lesson = Lesson()
    model, _ = read_model("bundled")
    temperature = float(model.temperature)
    pupil = Pupil(model.network, temperature, torch.from_numpy(known_digits(lesson.known, 0, offline=True)[0]), lesson)
    mnist = load_dataset("mnist", split, offline=True)
    seen = pupil.features(Digits.of(mnist, torch.device("cpu")).images / 255)
    kept, seconds, before, after, n, refused = [], [], [], [], 0, 0
    for hand in hands:
        plain = pupil.features(torch.from_numpy(hand.images).unsqueeze(1) / 255)
        bundled = Classifier().predict_proba(hand.images)
        first = read_together(hand.others, bundled, bundled, lesson.emphasis).argmax(1)
        for draw in range(draws):
            taught = some_of_each(hand.labels, examples, draw)
            rest = np.flatnonzero(hand.was_read & ~np.isin(np.arange(len(hand.labels)), taught) & (split != "test"))
            begin = time.perf_counter()
            images, labels = torch.from_numpy(hand.images[taught]).unsqueeze(1), torch.from_numpy(hand.labels[taught])
            given = Examples(hand.images[taught], hand.labels[taught], hand.others[taught], tuple(map(str, taught)))
            learner = Learner(pupil, pupil.look(Digits(images, labels)), labels, given, lesson.emphasis)
            last = learner.learn(np.ones(len(taught), np.bool_))
            seconds.append(time.perf_counter() - begin)
            if refuse and is_refused(learner, last):
                last, refused = pupil.untaught, refused + 1
            said = pupil.answers(last, plain).numpy()
            now = read_together(hand.others, bundled, said, lesson.emphasis).argmax(1)
            before.append(int((first[rest] != hand.labels[rest]).sum()))
            after.append(int((now[rest] != hand.labels[rest]).sum()))
            kept.append(float((pupil.answers(last, seen).argmax(1).numpy() == mnist.labels).mean()))
            n += len(rest)
        print(f"{hand.name:<14} {before[-draws:]} → {after[-draws:]}", file=sys.stderr)
    grid = np.array([before, after]).reshape(2, len(hands), draws)
    low, high = interval(grid)
    return {
        "examples": examples,
        "draws": draws,
        "n": n,
        "before": sum(before),
        "after": sum(after),
        "ratio_low": round(low, 3),
        "ratio_high": round(high, 3),
        "worst_hand": round(float((grid[1] - grid[0]).mean(axis=1).max()), 2),
        "refused": refused,
        "mnist": round(float(np.mean(kept)) - untaught_accuracy(pupil, seen, mnist.labels), 5),
        "mnist_split": split,
        "seconds_a_lesson": round(float(np.median(seconds)), 2),
    }


def is_refused(learner: Learner, last: torch.nn.Linear) -> bool:
    """Whether `inkdigits teach` would write no model."""
    before = learner.read(learner.pupil.untaught)
    held_back = hold_back(learner.examples, 0, before, partial(learner.read_after, lambda: None))
    try:
        check(held_back, before, learner.examples, learner.pupil.forgotten(last))
    except NotTaughtError:
        return True
    return False


def untaught_accuracy(pupil: Pupil, seen: torch.Tensor, labels: npt.NDArray[np.int64]) -> float:
    """Return how much of MNIST the network reads right before it is taught."""
    return float((pupil.answers(pupil.untaught, seen).argmax(1).numpy() == labels).mean())


def some_of_each(labels: npt.NDArray[np.int64], count: int, seed: int) -> npt.NDArray[np.int64]:
    """Draw the places of so many of each digit."""
    rng = np.random.default_rng(seed)
    return np.sort(np.concatenate([rng.permutation(np.flatnonzero(labels == digit))[:count] for digit in range(10)]))


def interval(errors: npt.NDArray[np.int64]) -> tuple[float, float]:
    """Return the 95% interval of errors after by errors before, drawing writers and draws again."""
    rng = np.random.default_rng(0)
    _, hands, draws = errors.shape
    ratios = []
    for _ in range(2000):
        drawn = errors[:, rng.integers(hands, size=hands)][:, :, rng.integers(draws, size=draws)].sum(axis=(1, 2))
        ratios.append(drawn[1] / max(drawn[0], 1))
    low, high = np.percentile(ratios, [2.5, 97.5])
    return float(low), float(high)


def seconds_for_a_hundred() -> dict[str, float]:
    """Return how long the command takes for 100 digits of a hand, by the clock and of processors' time."""
    digits = load_scans("swiss", "validation")
    own = np.flatnonzero(digits.writers == digits.writers[0])
    with tempfile.TemporaryDirectory() as folder:
        for at in own[some_of_each(digits.labels[own], 10, 0)]:
            home = Path(folder) / "hand" / str(digits.labels[at])
            home.mkdir(parents=True, exist_ok=True)
            Image.fromarray(digits.images[at]).save(home / f"{at}.png")
        command = [sys.executable, "-m", "inkdigits", "teach", f"{folder}/hand", "--out", f"{folder}/out", "--offline"]
        begin = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        took, used = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
        return {"seconds": round(took, 1), "cpu_seconds": round(used.ru_utime + used.ru_stime, 1)}


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, nargs="+", default=[10, 2], help="of each digit (10 2)")
    parser.add_argument("--draws", type=int, default=5, help="how often each hand is taught (%(default)s)")
    parser.add_argument("--test", action="store_true", help="look at MNIST's test digits, and nothing else")
    parser.add_argument("--refuse", action="store_true", help="leave a model as it was that would read worse")
    parser.add_argument("--time", action="store_true", help="only the seconds for 100 digits")
    given = parser.parse_args()
    if given.time:
        print(json.dumps(seconds_for_a_hundred() | {"machine": machine()}))
        return
    hands = list(writers(given.examples, given.draws, whole=not given.test))
    for examples in given.examples:
        row = measure(hands, examples, given.draws, "test" if given.test else "validation", refuse=given.refuse)
        told = row | {"commit": commit(), "machine": machine()}
        append(TAUGHT, COLUMNS, {name: told[name] for name in COLUMNS})
        print(json.dumps(row))


if __name__ == "__main__":
    main()
