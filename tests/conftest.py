"""What the tests share: where MNIST is, and a cache folder that is not the user's own."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine is slow; no test is about time.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run also the tests that take minutes together")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long tests out, and begin with those on Ray: a long file should not be what is left at the end."""
    if not config.getoption("--long"):
        for item in items:
            if item.get_closest_marker("long"):
                item.add_marker(pytest.mark.skip(reason="takes long: scripts/test --long"))
    items.sort(key=lambda item: item.path.parent.name != "scale")


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
