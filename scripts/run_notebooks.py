"""Run the notebooks of `docs/` from top to bottom and keep what they show; `--check` says whether that is fresh.

    python scripts/run_notebooks.py [NAME.ipynb ...]
    python scripts/run_notebooks.py --check

Each keeps a sum of its cells' text as it was run, so that one that was changed since is known. `run` is what the tests
call, with fewer epochs.
"""

from __future__ import annotations

import hashlib
import re
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

DOCS = Path(__file__).parents[1] / "docs"
NOTEBOOKS = ("notebook.ipynb", "your-own-model.ipynb")
PICTURES = ("page.jpg",)  # what they read, beside the samples of the package

_KEY = "inkdigits"
_PATIENCE = 3600  # seconds: no machine is too slow


def run(path: Path, folder: Path, epochs: int | None = None, before: str = "") -> nbformat.NotebookNode:
    """Return a notebook as a run from top to bottom leaves it.

    Args:
        path: the notebook.
        folder: where it runs, and leaves what it writes.
        epochs: instead of those of its first cell of code.
        before: code that runs first, in a cell of its own.

    Raises:
        CellExecutionError: a cell fails.

    """
    notebook = nbformat.read(path, 4)
    for name in PICTURES:
        (folder / name).write_bytes((DOCS / name).read_bytes())
    if epochs is not None:
        first = next(cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", ()))
        first.source = re.sub(r"EPOCHS = \d+", f"EPOCHS = {epochs}", first.source)
    if before:
        notebook.cells.insert(0, nbformat.v4.new_code_cell(before))
    where = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=_PATIENCE, startup_timeout=_PATIENCE, resources=where).execute()
    return notebook


def fingerprint(notebook: nbformat.NotebookNode) -> str:
    """Return a sum of what stands in the cells of code."""
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    return hashlib.sha256(text.encode()).hexdigest()


def is_fresh(path: Path) -> bool:
    """Whether a notebook shows what its cells of code say, as they are now, run once from top to bottom."""
    notebook = nbformat.read(path, 4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    in_order = [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    return in_order and notebook.metadata.get(_KEY, {}).get("code") == fingerprint(notebook)


def keep(path: Path, notebook: nbformat.NotebookNode) -> None:
    """Write a notebook that was run, without when and on what it ran."""
    notebook.metadata[_KEY] = {"code": fingerprint(notebook)}
    notebook.metadata.language_info = {"name": "python"}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", ()):
            if "text/html" in output.get("data", {}):
                output.data.pop("image/png", None)  # the same picture once more
    nbformat.write(notebook, path)


def main(arguments: list[str]) -> int:
    """Run notebooks, or check them."""
    if arguments == ["--check"]:
        stale = [name for name in NOTEBOOKS if not is_fresh(DOCS / name)]
        if stale:
            sys.stderr.write(f"changed since they were run: {', '.join(stale)}; run: python scripts/run_notebooks.py\n")
        return len(stale)
    for name in arguments or NOTEBOOKS:
        with tempfile.TemporaryDirectory() as folder:
            keep(DOCS / name, run(DOCS / name, Path(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
