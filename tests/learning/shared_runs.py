"""Runs that several processes share: called by the tests alone, and by torchrun in every process of a team."""

import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

import inkdigits.learning.fit as fit_module
from inkdigits.data import Dataset, load_dataset
from inkdigits.learning.digits import DigitsTask
from inkdigits.learning.distributed import ALONE, Team, joined
from inkdigits.learning.history import EpochRecord
from inkdigits.learning.recipes import Optimisation, Recipe, find_recipe

CPU = torch.device("cpu")
# Turned, bent and written again; smoothed labels; a batch that three cannot share evenly. It and the network are small:
# among a million values one would be so near to zero that rounding decides which side of a ReLU it is on.
STEP = dataclasses.replace(find_recipe("reader"), model="convnet-xs", batch_size=13, label_smoothing=0.1)
# The first epoch's last batch has one picture, and nothing for two of three processes; later epochs show those that are
# still hard, as all processes together know them.
RUN = find_recipe("fast").replace(epochs=3, batch_size=40)


class _FirstStepTakenError(Exception):
    pass


def digits(count: int) -> tuple[Dataset, Dataset]:
    training, validation = (load_dataset("optdigits", split) for split in ("train", "validation"))
    few = dataclasses.replace(training, images=training.images[:count], labels=training.labels[:count])
    return few, validation


def first_gradients(folder: Path, team: Team = ALONE) -> dict[str, Tensor]:
    """Return the gradients that `fit` gives its optimizer at the first step."""
    found: dict[str, Tensor] = {}

    class Recorder(torch.optim.SGD):
        def step(self, closure: object = None) -> None:  # type: ignore[override]
            raise _FirstStepTakenError

    def record(recipe: Optimisation, network: nn.Module) -> Sequence[torch.optim.Optimizer]:
        found.update(network.named_parameters())
        return [Recorder(network.parameters())]

    usual, fit_module.make_optimizers = fit_module.make_optimizers, record
    try:
        shared_fit(STEP, STEP.batch_size, folder, team)
    except _FirstStepTakenError:
        return {name: weight.grad.clone(memory_format=torch.contiguous_format) for name, weight in found.items()}
    finally:
        fit_module.make_optimizers = usual
    raise AssertionError("no step was taken")


def shared_fit(recipe: Recipe, count: int, folder: Path, team: Team = ALONE) -> tuple[nn.Module, list[EpochRecord]]:
    training, validation = digits(count)
    task = DigitsTask(training, validation, recipe, seed=0, device=CPU, team=team)
    return fit_module.fit(task, checkpoint=folder / "checkpoint.safetensors", identity={})


if __name__ == "__main__":
    torch.set_num_threads(1)
    with joined("cpu") as team:
        place = Path(sys.argv[1]) / f"rank-{team.rank}"
        place.mkdir()
        save_file(first_gradients(place, team), place / "gradients.safetensors")
        network, history = shared_fit(RUN, 201, place, team)
        weights = {name: weight.contiguous() for name, weight in network.state_dict().items()}
        save_file(weights, place / "weights.safetensors")
        (place / "history.json").write_text(json.dumps([dataclasses.asdict(record) for record in history]))
    threads = [(thread / "comm").read_text().strip() for thread in Path("/proc/self/task").glob("*")]
    (place / "threads.json").write_text(json.dumps(threads))
