"""Checkpoints: one file without pickle that holds all it takes to go on as if nothing had happened.

The file is in the safetensors format: the tensors of network, optimizer and random states, and one JSON text for the
rest. It is written to a temporary file and renamed, so it is either whole or the one before. A checksum of all that it
holds tells where a disk or a hand has changed it since: what went on from there would not end in the same weights.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from inkdigits.errors import CheckpointError, argument, printable
from inkdigits.files import write_atomically
from inkdigits.training.loop.history import EpochRecord
from inkdigits.training.loop.task import Task


@dataclass
class TrainingState:
    """How far a run has come."""

    epoch: int = 0  # how many epochs are complete
    position: int = 0  # how many samples of the current epoch have been learned from
    loss_sum: float = 0.0  # the sum of their losses so far
    correct: int = 0  # how many of them were read right
    seconds: float = 0.0  # how long the current epoch has taken
    history: list[EpochRecord] = field(default_factory=list)  # one record for each complete epoch


def save_checkpoint(
    path: Path,
    network: nn.Module,
    optimizers: Sequence[torch.optim.Optimizer],
    task: Task,
    progress: TrainingState,
    identity: dict[str, Any],
) -> None:
    """Write a checkpoint atomically; only a run that the same decides, its `identity`, may go on from here.

    Of optimizers the states are kept, and not the parameter groups, which the recipe gives again.

    Raises:
        OutputError: it cannot be written; the checkpoint before is still whole.

    """
    tensors = {f"task.{name}": tensor for name, tensor in task.state_dict().items()}
    tensors |= {f"network.{name}": tensor for name, tensor in network.state_dict().items()}
    for number, optimizer in enumerate(optimizers):
        for index, state in optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{number}.{index}.{name}": torch.as_tensor(value) for name, value in state.items()}
    # Nothing else in the loop draws from a state that lasts.
    tensors["random.cpu"] = torch.get_rng_state()
    if torch.cuda.is_available():
        tensors["random.cuda"] = torch.cuda.get_rng_state()
    whole = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    rest = {"identity": json.dumps(identity, sort_keys=True), "progress": json.dumps(asdict(progress))}
    write_atomically(path, save(whole, rest | {"sha256": _checksum(whole, rest)}))


def load_checkpoint(
    path: Path,
    network: nn.Module,
    optimizers: Sequence[torch.optim.Optimizer],
    task: Task,
    identity: dict[str, Any],
) -> TrainingState:
    """Bring network, optimizers, task and random states to where `save_checkpoint` found them.

    Raises:
        CheckpointError: there is none, it is damaged, or it belongs to another run.

    """
    tensors, rest = _read(path)
    saved_identity, progress = json.loads(rest["identity"]), json.loads(rest["progress"])
    if saved_identity != json.loads(json.dumps(identity)):  # where tuples are lists
        raise CheckpointError(
            f"the checkpoint {printable(path)} belongs to a run with another recipe, seed or data",
            "name the folder of the run that you want to go on with",
        )
    network.load_state_dict(_with_prefix(tensors, "network."))
    for number, optimizer in enumerate(optimizers):
        _restore_optimizer(_with_prefix(tensors, f"optimizer.{number}."), optimizer)
    task.load_state_dict(_with_prefix(tensors, "task."))
    torch.set_rng_state(tensors["random.cpu"])
    if "random.cuda" in tensors and torch.cuda.is_available():
        torch.cuda.set_rng_state(tensors["random.cuda"])
    history = [EpochRecord(**record) for record in progress.pop("history")]
    return TrainingState(**progress, history=history)


def load_network(path: Path, network: nn.Module) -> None:
    """Give a network the weights that are in a checkpoint, of whatever training.

    Raises:
        CheckpointError: the checkpoint is missing, damaged, or of another network.

    """
    tensors, _ = _read(path)
    try:
        network.load_state_dict(_with_prefix(tensors, "network."))
    except RuntimeError as error:
        raise CheckpointError(
            f"the checkpoint {printable(path)} is of another network", "name a run of the same training"
        ) from error


def _read(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Return all that a checkpoint holds, once it is known to be what was written."""
    try:
        with safe_open(path, framework="pt") as file:
            rest: dict[str, str] = file.metadata() or {}
            tensors: dict[str, Tensor] = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except FileNotFoundError as error:
        raise CheckpointError(
            f"there is no checkpoint {printable(path)}",
            f"name a run that has one, or start without {argument('resume', True)}",
        ) from error
    except (SafetensorError, OSError, ValueError) as error:
        raise _damaged(path) from error
    if rest.pop("sha256", None) != _checksum(tensors, rest):
        raise _damaged(path)
    return tensors, rest


def _checksum(tensors: dict[str, Tensor], rest: dict[str, str]) -> str:
    """Return the SHA-256 of names, types, shapes and content."""
    checksum = hashlib.sha256(json.dumps(rest, sort_keys=True).encode())
    for name, tensor in sorted(tensors.items()):
        checksum.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        checksum.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return checksum.hexdigest()


def _damaged(path: Path) -> CheckpointError:
    return CheckpointError(
        f"the checkpoint {printable(path)} is damaged", f"start the run again without {argument('resume', True)}"
    )


def _restore_optimizer(tensors: dict[str, Tensor], optimizer: torch.optim.Optimizer) -> None:
    weights = [tensor for group in optimizer.param_groups for tensor in group["params"]]
    states: dict[int, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        index, key = name.split(".", 1)
        # In the memory format of the weights, which fused optimizers take for granted.
        like = weights[int(index)]
        states.setdefault(int(index), {})[key] = (
            torch.empty_like(like).copy_(tensor) if tensor.shape == like.shape else tensor
        )
    optimizer.load_state_dict({"state": states, "param_groups": optimizer.state_dict()["param_groups"]})


def _with_prefix(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
