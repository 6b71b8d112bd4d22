"""The hands that are known: their files with checksums, who wrote them, under which licence, and how they are split.

A writer is in one split only, and always in the same one: what a model learned from can never be what it is judged by.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inkdigits.data.mnist import ATTRIBUTION
from inkdigits.data.splits import draw_writers
from inkdigits.errors import DataError, unknown_name


@dataclass(frozen=True)
class KnownHands:
    """One data set of handwriting.

    Its `files` are file name in `hands/` → SHA-256 sum of its content: of the uncompressed text of a `.jsonl.gz`; of
    the arrays of a `.npz` as `disk.array_sum` gives it; another compression is fine. Of `fonts` they stand in
    `fonts.csv`.
    """

    name: str  # on the command line
    files: Mapping[str, str]
    splits: tuple[str, ...]
    validation_writers: int  # how many of its writers are for validation
    what: str  # it holds, and who wrote it
    author: str  # and what it is called
    licence: str
    origin: str  # where anyone gets it from
    archive: str = ""  # the address of what its files are made of; empty for `fonts`
    arrays: tuple[str, ...] = ()  # of its `.npz` file that its sum is of

    @property
    def attribution(self) -> str:
        """The line that a model card carries."""
        return f"{self.author}; {self.licence}; {self.origin}"

    def check_split(self, split: str) -> None:
        """Raise DataError, which names the splits that there are, unless this is one of them."""
        if split not in self.splits:
            raise DataError(f"{self.name} has no {split} split", f"it has: {', '.join(self.splits) or 'none'}")

    def in_split(self, split: str, writers: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Return which digits of a file, written by `writers`, are in a split; those for testing have a file alone."""
        if split == "test":
            return np.ones(len(writers), np.bool_)
        for_validation: npt.NDArray[np.bool_] = np.isin(writers, draw_writers(writers, self.validation_writers))
        return for_validation if split == "validation" else ~for_validation


HANDS: dict[str, KnownHands] = {
    hand.name: hand
    for hand in (
        KnownHands(
            name="swiss",
            files={"swiss.npz": "0e0de21cc4639a5d2752f2508de1a3ef03ac687d0e7c3d92b919be2e86122c92"},
            splits=("train", "validation"),
            validation_writers=4,
            what="9,248 digits, scanned from pen on paper, by 16 writers in Switzerland",
            author='A. Schroeder and others, "numbers"',
            licence="CC0 1.0",
            origin="https://github.com/BSI-Business-Systems-Integration-AG/anagnostes (numbers/, commit fd24d4bf)",
            archive="https://github.com/BSI-Business-Systems-Integration-AG/anagnostes/archive/fd24d4bf.tar.gz",
            arrays=("images", "labels", "writers"),
        ),
        KnownHands(
            name="pendigits",
            files={
                "pendigits_train.jsonl.gz": "b1079216f9ca4ef1ef4c2f6d5baad2d9fdc51633e43f1db2e469bbd8cee0fdfb",
                "pendigits_test.jsonl.gz": "b325323aa990e1001ad9392d6339af2d2a1c65103796d1685f0997eda7473ba8",
            },
            splits=("train", "validation", "test"),
            validation_writers=6,
            what="10,992 digits as pen strokes, by 44 writers in Turkey, 14 of them for testing",
            author=(
                'E. Alpaydin and F. Alimoglu, "Pen-Based Recognition of Handwritten Digits", '
                "UCI Machine Learning Repository, data set 81, 1996"
            ),
            licence="CC BY 4.0",
            origin="https://github.com/choucavalier/pendigits-hmm (data/, commit 03382e14)",
            archive="https://github.com/choucavalier/pendigits-hmm/archive/03382e14.tar.gz",
        ),
        KnownHands(
            name="uji",
            files={"uji_v1.jsonl.gz": "13f089d11e8ecca154350bc837933828c115e376b9343639cc1519630aaa8c74"},
            splits=("train", "validation"),
            validation_writers=2,
            what="198 digits from 1 to 9 as pen strokes, by 11 writers in Spain",
            author=(
                'D. Llorens, F. Prat, A. Marzal and J. M. Vilar, "UJI Pen Characters", '
                "UCI Machine Learning Repository, data set 160, 2007"
            ),
            licence="CC BY 4.0",
            origin="https://github.com/YeongHyeon/Sequence-Autoencoder (commit 7734c148)",
            archive="https://github.com/YeongHyeon/Sequence-Autoencoder/archive/7734c148.tar.gz",
        ),
        KnownHands(
            name="hwd1000",
            files={"hwd1000.npz": "9eed36870f3c21fa7250c7a95c75ff7738286bf7a7d86b06e1b1f5f6e5b0522b"},
            splits=("validation",),
            validation_writers=1,
            what="1,000 digits, drawn on a screen by one writer",
            author='N. Henning, "HwD-1000"',
            licence="MIT",
            origin="https://github.com/niklashenning/hwd-1000-dataset (commit 93b3ba9e)",
            archive="https://github.com/niklashenning/hwd-1000-dataset/archive/93b3ba9e.tar.gz",
            arrays=("images", "labels"),
        ),
        KnownHands(
            name="fonts",
            files={},
            splits=("train", "validation"),
            validation_writers=15,
            what="91 handwriting fonts, each a hand of its own",
            author="the designers of 91 handwriting fonts, named by 'inkdigits data describe fonts'",
            licence="OFL-1.0, OFL-1.1, Apache-2.0 or MIT",
            origin="npm (@fontsource, @expo-google-fonts), Debian, https://github.com/MezMerrit/AU-School-Handwriting-Fonts",
        ),
        KnownHands(
            name="omniglot",
            files={"omniglot.npz": "17d92c245dac3c6b3f401045c281d7a8846ea834e274ec35f379ca25f84e400e"},
            splits=(),
            validation_writers=0,
            what="4,840 letters of eight alphabets by 20 writers: what is not a digit",
            author='B. M. Lake, R. Salakhutdinov and J. B. Tenenbaum, "Omniglot", Science 350, 2015',
            licence="MIT",
            origin="https://github.com/brendenlake/omniglot (small background sets, commit 057f034b)",
            archive="https://github.com/brendenlake/omniglot/archive/057f034b.tar.gz",
            arrays=("packed", "alphabets"),
        ),
    )
}


def hand_called(name: str) -> KnownHands:
    """Return the data set of a name; raise UsageError if there is none."""
    if name not in HANDS:
        raise unknown_name("data set of hands", name, HANDS)
    return HANDS[name]


def attributions(names: Iterable[str]) -> tuple[str, ...]:
    """Return a line for each data set, as a model card names what the model learned from.

    Args:
        names: "mnist", or keys of `HANDS`.

    Raises:
        UsageError: there is no data set of that name.

    """
    return tuple(ATTRIBUTION if name == "mnist" else hand_called(name).attribution for name in names)
