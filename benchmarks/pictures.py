"""Readers of whole pictures side by side: `scripts/bench pictures --level hard --n 200`.

Writes pictures with MNIST's test digits: single digits, strings, rows of boxes, pages, and none at all, at the levels
of trouble that docs/judging.md describes. Every reader reads every picture, one reader after the other, each in an
environment of its own: this one, RapidOCR (in `.venv-readers`, made on first use) and Tesseract (the command; Debian's
package tesseract-ocr). All are told how a picture is laid out, and of what general readers read, digits and line breaks
count. `--keep DIR` leaves the pictures there with their labels.csv; `--labels FILE.csv` takes your own instead.

Appends a row a reader, level and kind to experiments/pictures.csv, prints them, and last one line of JSON. Pictures of
nothing count as exact where nothing is read; `accepted` is told by inkdigits only. Times are whole, from the file to
the text, Tesseract's with the start of its process, as it is used from other programs.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from shared.companion import Companion
from shared.environments import python_with
from shared.ledger import REPOSITORY, append, commit, machine
from shared.one_training import without_thread_settings
from shared.picture_set import KnownPicture, read_picture_set, write_picture_set

import inkdigits
from inkdigits.cli.console import progress_bar
from inkdigits.evaluation.judgement import count_exact_lines, edit_distance
from inkdigits.synthesis.difficulty import LEVELS

FOLDER = Path(__file__).parent / "readers_of_pictures"
PICTURES = REPOSITORY / "experiments" / "pictures.csv"
READERS = ("inkdigits", "rapidocr", "tesseract")
COLUMNS = (
    "date", "reader", "version", "level", "kind", "n", "exact", "exact_lines", "cer", "accepted",
    "exact_of_accepted", "ms_median", "seed", "machine",
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What a reader said of a picture.

    Attributes:
        picture: with its truth.
        text: digits and line breaks.
        status: "ok" if it would be used without a further look; None if the reader says nothing about that.
        seconds: from the file to the text.

    """

    picture: KnownPicture
    text: str
    status: str | None
    seconds: float

    @property
    def exact(self) -> bool:
        """Whether it is exactly the truth."""
        return self.text == self.picture.label


def read_pictures(
    pictures: Sequence[KnownPicture], pythons: dict[str, Path], threads: int
) -> tuple[dict[str, str], dict[str, list[Answer]]]:
    """Let readers read pictures, taking turns at each, so that a slow minute of the machine meets all of them.

    Args:
        pictures: to read.
        pythons: the Python of each reader's environment.
        threads: how many each may use.

    Returns:
        the version of each reader, and its answers.

    """
    environment = without_thread_settings() | {"PYTHONPATH": os.pathsep.join([str(REPOSITORY / "src"), str(FOLDER)])}
    with ExitStack() as stack:
        running: dict[str, Companion] = {}
        for name, python in pythons.items():
            script = FOLDER / f"{name}_pictures.py"
            running[name] = stack.enter_context(Companion([str(python), str(script), str(threads)], environment))
        versions = {name: json.loads(reader.listen())["version"] for name, reader in running.items()}
        progress = stack.enter_context(progress_bar())
        answers: dict[str, list[Answer]] = {name: [] for name in running}
        for picture in progress.track(pictures, description="reading"):
            question = json.dumps({"path": str(picture.path), "kind": picture.kind})
            for name, reader in running.items():
                answers[name].append(Answer(picture, **json.loads(reader.ask(question))))
    return versions, answers


def summarise(answers: Iterable[Answer]) -> list[dict[str, object]]:
    """Return the figures of one reader by level and kind."""
    groups: defaultdict[tuple[str, str], list[Answer]] = defaultdict(list)
    for answer in answers:
        groups[answer.picture.level, answer.picture.kind].append(answer)
    return [{"level": level, "kind": kind, **figures(group)} for (level, kind), group in groups.items()]


def figures(answers: Sequence[Answer]) -> dict[str, object]:
    """Return the share that is exact, by pictures and by lines, wrong characters, the share accepted, and the time."""
    characters = sum(len(answer.picture.label) for answer in answers)
    lines = sum(answer.picture.label.count("\n") + 1 for answer in answers)
    exact_lines = sum(count_exact_lines(answer.text, answer.picture.label) for answer in answers)
    edits = sum(edit_distance(answer.text, answer.picture.label) for answer in answers)
    tells = any(answer.status for answer in answers)
    accepted = [answer for answer in answers if answer.status == "ok"]
    return {
        "n": len(answers),
        "exact": round(statistics.fmean(answer.exact for answer in answers), 4),
        "exact_lines": round(exact_lines / lines, 4) if characters else "",
        "cer": round(edits / characters, 4) if characters else "",
        "accepted": round(len(accepted) / len(answers), 4) if tells else "",
        "exact_of_accepted": round(statistics.fmean(answer.exact for answer in accepted), 4) if accepted else "",
        "ms_median": round(1000 * statistics.median(answer.seconds for answer in answers), 1),
    }


def show(rows: Iterable[dict[str, object]]) -> None:
    """Print the table."""
    shown = (
        "reader",
        "level",
        "kind",
        "n",
        "exact",
        "exact_lines",
        "cer",
        "accepted",
        "exact_of_accepted",
        "ms_median",
    )
    widths = (10, 8, 8, 5, 7, 11, 7, 8, 17, 9)
    print("  ".join(f"{name:<{width}}" for name, width in zip(shown, widths, strict=True)))
    for row in rows:
        print("  ".join(f"{row[name]!s:<{width}}" for name, width in zip(shown, widths, strict=True)))


def python_of(reader: str, given: Path | None) -> Path:
    """Return the Python to run a reader with."""
    if reader != "rapidocr":
        return Path(sys.executable)
    return given or python_with(FOLDER / "requirements.txt", ".venv-readers")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readers", nargs="+", choices=READERS, default=READERS)
    parser.add_argument("--level", nargs="+", choices=[*LEVELS], default=["hard"])
    parser.add_argument("--n", type=int, default=200, help="pictures of each kind at each level")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="write the pictures to this folder and leave them there")
    parser.add_argument("--labels", type=Path, help="a CSV of your own pictures, with the columns path and label")
    parser.add_argument("--threads", type=int, default=1, help="of each reader")
    parser.add_argument("--python", type=Path, help="of an environment that has RapidOCR")
    options = parser.parse_args()
    pythons = {name: python_of(name, options.python) for name in options.readers}
    with tempfile.TemporaryDirectory() as temporary:
        labels = options.labels or write_picture_set(
            options.keep or Path(temporary),
            inkdigits.load_dataset("mnist", split="test"),
            options.level,
            options.n,
            options.seed,
        )
        versions, answers = read_pictures(list(read_picture_set(labels)), pythons, options.threads)
    if "inkdigits" in versions:
        versions["inkdigits"] += f" {commit()}"
    common = {
        "date": f"{datetime.now().astimezone():%Y-%m-%dT%H:%M}",
        "seed": "" if options.labels else options.seed,
        "machine": machine(),
    }
    rows = [
        {"reader": name, "version": version, **found, **common}
        for side_by_side in zip(*map(summarise, answers.values()), strict=True)
        for (name, version), found in zip(versions.items(), side_by_side, strict=True)
    ]
    for row in rows:
        append(PICTURES, COLUMNS, row)
    show(rows)
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
