"""The arrows between the rooms run one way, and reading needs nothing that learning needs."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import inkdigits

PACKAGE = Path(inkdigits.__file__).parent

# room → the rooms that it may import from; `imports` below finds every import, also those inside functions
GROUND = {"version", "errors", "settings", "files", "extras"}
READING_SIDE = GROUND | {"pictures", "imaging", "results", "reading", "samples"}
LEARNING_SIDE = READING_SIDE | {"data", "synthesis", "models", "evaluation"}
ALLOWED = {
    "version": set(),
    "errors": set(),
    "settings": set(),
    "files": {"errors"},
    "extras": {"errors"},
    "samples": set(),
    "weights": set(),
    "pictures": {"errors"},
    "imaging": set(),
    "results": GROUND | {"pictures", "imaging"},
    "reading": READING_SIDE,
    "pool": READING_SIDE,
    "service": READING_SIDE | {"pool"},
    "data": READING_SIDE,
    "synthesis": GROUND | {"imaging", "data"},
    "models": READING_SIDE,
    "evaluation": READING_SIDE | {"data"},
    "training": LEARNING_SIDE | {"service"},  # what was corrected in a browser is learned from
    "cluster": LEARNING_SIDE | {"training", "pool"},
}
LEARNING_ONLY = {"torch", "sklearn", "scipy", "matplotlib", "onnx", "keras", "tensorboard", "safetensors", "skimage"}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room(module: Path) -> str:
    first = module.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports(module: Path, *, each: bool = False) -> Iterator[str]:
    """Yield what a module imports: modules, and those names that stand at the top of the package, or each name."""
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if each or node.module == "inkdigits":
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            else:
                yield node.module


@pytest.mark.parametrize("module", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_rooms_before_its_own(module: Path) -> None:
    here = room(module)
    if here in {"__init__", "__main__", "cli"}:
        return  # these stand at the end of every arrow
    rooms = {name.split(".")[1] for name in imports(module) if name.startswith("inkdigits.")}
    rooms -= {here, "__version__"}
    assert rooms <= ALLOWED[here], f"{here} imports from {sorted(rooms - ALLOWED[here])}"


def test_no_modules_import_each_other_in_a_circle_not_even_for_their_types() -> None:
    places = {module.relative_to(PACKAGE.parent).with_suffix(""): module for module in modules()}
    files = {".".join(place.parts).removesuffix(".__init__"): module for place, module in places.items()}
    arrows = {name: {_file(taken, files) for taken in imports(module, each=True)} for name, module in files.items()}
    assert sum(map(len, arrows.values())) > 1000, "the imports are not found any more"
    TopologicalSorter(arrows).prepare()  # its CycleError names the circle


def _file(name: str, files: dict[str, Path]) -> str:
    """Return the module that a dotted name is, or is in."""
    return name if name in files else name.rpartition(".")[0]


def test_no_room_is_missing_from_the_plan() -> None:
    assert {room(module) for module in modules()} - {"__init__", "__main__", "cli"} == set(ALLOWED)


def test_reading_imports_nothing_that_only_learning_needs() -> None:
    code = f"""
import sys
import inkdigits
inkdigits.Reader, inkdigits.Classifier, inkdigits.Reading
import inkdigits.cli.app
print(sorted({LEARNING_ONLY!r} & set(sys.modules)))
"""
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_the_command_line_loads_nothing_heavy_before_a_command_runs() -> None:
    code = """
import sys
import inkdigits.cli.app
print(sorted({"numpy", "cv2", "PIL", "onnxruntime", "torch"} & set(sys.modules)))
"""
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_every_public_name_is_exported_and_nothing_else() -> None:
    assert sorted(inkdigits.__all__) == sorted({*inkdigits._HOMES, "__version__"})
    for name in inkdigits.__all__:
        assert getattr(inkdigits, name) is not None


def test_the_front_door_is_short() -> None:
    assert len((PACKAGE / "__init__.py").read_text().splitlines()) < 80


def test_no_module_has_outgrown_its_room() -> None:
    sizes = {str(module.relative_to(PACKAGE)): len(module.read_text().splitlines()) for module in modules()}
    assert {name: lines for name, lines in sizes.items() if lines > 300} == {}
