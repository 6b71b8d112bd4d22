"""What the tests share: where MNIST is, and a cache folder that is not the user's own."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from inkdigits.data import Dataset, load_dataset

BFLOAT16 = "INKDIGITS_BFLOAT16"
# Rooms and files that take longest, the longest first: they should not be left at the end, for one process alone.
FIRST = (
    *("cluster", "service/test_page.py", "pinned", "tests/test_notebooks.py", "benchmarks/test_make_models.py"),
    *("service", "training", "tests"),
)

# A busy machine is slow; no test is about time.
settings.register_profile("untimed", deadline=None)
settings.register_profile("fuzz", deadline=None, max_examples=1000, suppress_health_check=list(HealthCheck))
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def training_digits() -> Dataset:
    """Some real digits, which need no download."""
    return load_dataset("optdigits", split="train")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run also the tests that take minutes together")
    parser.addoption(
        "--bfloat16",
        choices=("both", "on", "off"),
        default="both",
        help="train in bfloat16, in float32, or in both one after the other, whatever the processor is quick with",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "bfloat16" in metafunc.fixturenames:
        told = metafunc.config.getoption("--bfloat16")
        ways = ("off", "on") if told == "both" else (told,)
        metafunc.parametrize("bfloat16", ways, ids=lambda way: f"bfloat16 {way}", indirect=True, scope="module")


class ByFile(LoadScopeScheduling):
    """Keeps in one process the tests of a file, which share what they make, and all that share a cluster."""

    def _split_scope(self, nodeid: str) -> str:
        file = Path(nodeid.split("::")[0])
        return file.parent.name if file.parent.name == "cluster" else str(file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    return ByFile(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long tests out, and begin with the long files and rooms."""
    if not config.getoption("--long"):
        for item in items:
            if item.get_closest_marker("long"):
                item.add_marker(pytest.mark.skip(reason="takes long: scripts/test --long"))
    place = {name: number for number, name in enumerate(FIRST)}

    def order(item: pytest.Item) -> int:
        room = item.path.parent.name
        return min(place.get(name, len(place)) for name in (room, f"{room}/{item.path.name}"))

    items.sort(key=order)


@pytest.fixture(autouse=True, scope="session")
def _one_precision(request: pytest.FixtureRequest) -> Iterator[None]:
    """Have all training here, and in the processes that are started, take the precision that was asked for.

    Where both are, it is float32, but for the tests that ask for `bfloat16`.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(BFLOAT16, "on" if request.config.getoption("--bfloat16") == "on" else "off")
        yield


@pytest.fixture(scope="module")
def bfloat16(request: pytest.FixtureRequest) -> Iterator[str]:
    """Whether a test trains in bfloat16, "on" or "off": it is run both ways, on every processor."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(BFLOAT16, request.param)
        yield request.param


@pytest.fixture(scope="session")
def mnist_dir() -> Path:
    """The folder that holds `mnist/`; a test that needs it is skipped, and says so, where there is none."""
    folder = os.environ.get("INKDIGITS_DATA_DIR")
    if not folder or not (Path(folder) / "mnist").is_dir():
        pytest.skip("MNIST is not on this machine: set INKDIGITS_DATA_DIR to the folder that holds mnist/")
    return Path(folder)


@pytest.fixture(scope="session")
def hands_dir() -> Path:
    """The folder that holds `hands/`; a test that needs it is skipped, and says so, where there is none."""
    folder = os.environ.get("INKDIGITS_DATA_DIR")
    if not folder or not (Path(folder) / "hands").is_dir():
        pytest.skip("no hands are on this machine: set INKDIGITS_DATA_DIR to the folder that holds hands/")
    return Path(folder)


@pytest.fixture(autouse=True)
def _private_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep every test out of the user's cache folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
