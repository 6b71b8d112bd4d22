"""The model file: one `.onnx` that carries the network and says what it is. Both paths meet here.

Input `images` uint8 (N,28,28), white ink on black as MNIST stores them; output `probabilities` float32 (N,10),
calibrated. What else is known about the model stands in the file's metadata, under the names of `ModelInfo`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inkdigits.errors import ModelFileError, printable
from inkdigits.files import sha256

if TYPE_CHECKING:
    import onnxruntime

BUNDLED = "bundled"
BUNDLED_LINES = Path(str(files("inkdigits.weights") / "lines.onnx"))
BUNDLED_PAGES = Path(str(files("inkdigits.weights") / "pages.onnx"))


@dataclass(frozen=True)
class Interface:
    """The tensors that a kind of model file takes and gives: name, type, and which sizes after the first are fixed."""

    what: str
    tensors: tuple[tuple[str, str, tuple[int, ...]], ...]
    description: str


DIGIT_INTERFACE = Interface(
    "digit model",
    (("images", "tensor(uint8)", (28, 28)), ("probabilities", "tensor(float)", (10,))),
    "a model file takes images uint8 (N,28,28) and gives probabilities float32 (N,10)",
)
LINE_INTERFACE = Interface(
    "line model",
    (("bands", "tensor(uint8)", (40,)), ("columns", "tensor(float)", (22,))),
    "a line model takes bands uint8 (N,40,W) and gives columns float32 (N,W/4,22)",
)
PAGE_INTERFACE = Interface(
    "page detector",
    (("views", "tensor(uint8)", ()), ("cells", "tensor(float)", (22,))),
    "a page detector takes views uint8 (N,H,W) and gives cells float32 (N,22,H/4,W/4)",
)


@dataclass(frozen=True)
class ModelInfo:
    """What a model file says about itself."""

    name: str  # of the model, such as "fast-0"
    recipe: dict[str, Any] = field(default_factory=dict)  # that trained it, as `Recipe.to_dict` gives it
    data: dict[str, Any] = field(default_factory=dict)  # of training: `name`, `split`, `n`, `sha256`
    metrics: dict[str, Any] = field(default_factory=dict)  # by split: {"validation": {"accuracy": 0.994, "n": 5000}}
    temperature: float = 1.0  # what the logits are divided by inside the graph, fitted on validation digits
    reject_threshold: float = 0.5  # a digit read with less confidence than this, from 0 to 1, is uncertain
    # Of a page detector, which reads together with the other two: some of `inkdigits.reading.decide.Thresholds`,
    thresholds: dict[str, float] = field(default_factory=dict)
    calibration: dict[str, float] = field(default_factory=dict)  # and `inkdigits.reading.confidence.Calibration`
    # Of a model that was taught from the bundled one: how many times its difference from that one counts where it reads
    # in its place; 0 for a model that says alone which digit it is.
    emphasis: float = 0.0
    seed: int = 0  # that it was trained with
    input: str = "uint8 (N,28,28), 0 paper to 255 ink, 20x20 digit with its centre of mass in the middle (as MNIST)"
    version: str = ""  # of inkdigits that wrote it
    licence: str = "Apache-2.0"  # of the weights

    def to_metadata(self) -> dict[str, str]:
        """Return the metadata as ONNX keeps it: each field's name with its value as JSON."""
        return {f"inkdigits.{name}": json.dumps(value, sort_keys=True) for name, value in asdict(self).items()}

    @classmethod
    def from_metadata(cls, metadata: dict[str, str], name: str) -> ModelInfo:
        """Read what `to_metadata` wrote; fields that are missing keep their defaults, or are `name`.

        Raises:
            ModelFileError: a field is not what it should be.

        """
        known: dict[str, Any] = {"name": name}
        for entry in fields(cls):
            text = metadata.get(f"inkdigits.{entry.name}")
            if text is None:
                continue
            try:
                known[entry.name] = json.loads(text)
            except (ValueError, RecursionError) as error:
                raise ModelFileError(f"the metadata field {entry.name} of {name} is damaged") from error
            if not _fits(entry.name, known[entry.name]):
                raise ModelFileError(f"the metadata field {entry.name} of {name} is not what it should be")
        return cls(**known)


def _fits(name: str, value: Any) -> bool:
    """Say whether a metadata field has a value of its kind."""
    if name in ("reject_threshold", "temperature", "emphasis", "seed"):
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return is_number and (name != "reject_threshold" or 0 <= value <= 1)
    if name in ("thresholds", "calibration"):
        return isinstance(value, dict) and all(isinstance(number, int | float) for number in value.values())
    if name == "metrics":
        return isinstance(value, dict) and all(
            isinstance(figures, dict) and isinstance(figures.get("accuracy", 0), int | float)
            for figures in value.values()
        )
    return isinstance(value, dict if name in ("recipe", "data") else str)


def find_model(model: str | Path) -> Path:
    """Return the path of a model file.

    Args:
        model: the word "bundled" for the model that ships with the package, a run folder, or an `.onnx` file.

    Raises:
        ModelFileError: there is no model file there.

    """
    path = Path(str(files("inkdigits.weights") / "bundled.onnx")) if str(model) == BUNDLED else Path(model)
    if path.is_dir():
        if not (path / "model.onnx").is_file():
            raise ModelFileError(
                f"the folder {printable(path)} holds no model.onnx",
                "finish its training with 'inkdigits train --resume', or name an .onnx file",
            )
        path = path / "model.onnx"
    if not path.exists():
        raise ModelFileError(
            f"there is no model file {printable(path)}", "name an .onnx file, a run folder, or 'bundled'"
        )
    if path.suffix == ".keras":
        raise ModelFileError(
            f"{printable(path)}: a .keras file is for Keras", "give the .onnx, or Reader(classifier=model.predict)"
        )
    return path


def bundled_sum() -> str:
    """Return the SHA-256 sum of the bundled model's file."""
    return sha256(find_model(BUNDLED).read_bytes())


def was_taught_from_bundled(info: ModelInfo) -> bool:
    """Whether a model was taught from the bundled one as it is now, so that it can read in its place."""
    taught = info.data.get("taught")
    return bool(info.emphasis) and isinstance(taught, dict) and taught.get("base") == bundled_sum()


def open_model(
    path: Path, threads: int | None = None, expected: Interface = DIGIT_INTERFACE
) -> tuple[onnxruntime.InferenceSession, ModelInfo]:
    """Open a model file, as `open_session` does; return also what it says about itself, named for the file if need be.

    Raises:
        ModelFileError: it is no such file, or what it says about itself is damaged.

    """
    session = open_session(path, threads, expected)
    try:
        metadata = dict(session.get_modelmeta().custom_metadata_map)
    except UnicodeDecodeError as error:
        raise ModelFileError(f"the model {printable(path.stem)} is damaged: its metadata are not text") from error
    return session, ModelInfo.from_metadata(metadata, path.stem)


def open_session(
    path: Path, threads: int | None = None, expected: Interface = DIGIT_INTERFACE
) -> onnxruntime.InferenceSession:
    """Open an `.onnx` file and check that it is a model file of its kind; a run uses all cores if `threads` is None.

    Raises:
        ModelFileError: it cannot be read, is no ONNX file, keeps its weights elsewhere, or has other inputs or
            outputs than such a file.

    """
    session = _load(path, threads)
    found = tuple(
        (node.name, node.type, tuple(size for size in node.shape[1:] if isinstance(size, int)))
        for node in (*session.get_inputs(), *session.get_outputs())
    )
    if found != expected.tensors:
        shown = ", ".join(f"{label} {kind} {shape}" for label, kind, shape in found)
        raise ModelFileError(
            f"{printable(path)} is an ONNX file but no {expected.what}: it has {shown}; {expected.description}",
            "make one with 'inkdigits train' or 'inkdigits export'",
        )
    return session


def _load(path: Path, threads: int | None) -> onnxruntime.InferenceSession:
    """Open an ONNX file that keeps its weights inside."""
    import onnxruntime

    name = printable(path)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # what goes wrong is raised; nothing is printed beside it
    # Views of pages have many sizes. What ONNX Runtime keeps for each of them only grows, up to where a reader in a
    # process of its own may have no more; without it all takes as long (experiments/LOG.md).
    options.enable_cpu_mem_arena = options.enable_mem_pattern = False
    if threads is not None:
        options.intra_op_num_threads = threads
    # Weights outside the file could be any file on this machine: look for them where there are none.
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", "/nonexistent")
    most = 512 * 2**20
    try:
        if path.stat().st_size > most:
            raise ModelFileError(f"{name} is larger than {most >> 20} MiB", "name a model file of inkdigits")
        content = path.read_bytes()
    except OSError as error:
        raise ModelFileError(f"cannot read the model file {name}: {error.strerror}") from error
    try:
        # The fallback prints to stdout.
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"], enable_fallback=0)
    except Exception as error:  # ONNX Runtime raises classes of its own that share no public root
        if "external" in str(error).lower():
            raise ModelFileError(
                f"{name} keeps its weights in another file", "save it as one file without external data"
            ) from error
        raise ModelFileError(f"{name} is not a model file that ONNX Runtime can load", "export it again") from error
