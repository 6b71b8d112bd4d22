"""Runs that several processes share: called by the tests alone, and by torchrun in every process of a team."""

import dataclasses
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

from inkdigits.data import Dataset, load_dataset
from inkdigits.training.loop.distributed import ALONE, Team, joined
from inkdigits.training.loop.fit import fit
from inkdigits.training.loop.history import EpochRecord
from inkdigits.training.recipes.recipe import Recipe, find_recipe
from inkdigits.training.tasks.digit_task import DigitsTask

CPU = torch.device("cpu")
# An epoch is no multiple of a batch, nor of the three processes; later epochs show what is still hard, as all processes
# together know it.
RUN = find_recipe("fast").replace(epochs=3, batch_size=39)


def digits(count: int) -> tuple[Dataset, Dataset]:
    training, validation = (load_dataset("optdigits", split) for split in ("train", "validation"))
    few = dataclasses.replace(training, images=training.images[:count], labels=training.labels[:count])
    return few, validation


def shared_fit(recipe: Recipe, count: int, folder: Path, team: Team = ALONE) -> tuple[nn.Module, list[EpochRecord]]:
    training, validation = digits(count)
    task = DigitsTask(training, validation, recipe, seed=0, device=CPU, team=team)
    return fit(task, checkpoint=folder / "checkpoint.safetensors", identity={})


if __name__ == "__main__":
    torch.set_num_threads(1)
    with joined("cpu") as team:
        place = Path(sys.argv[1]) / f"rank-{team.rank}"
        place.mkdir()
        network, history = shared_fit(RUN, 202, place, team)
        weights = {name: weight.contiguous() for name, weight in network.state_dict().items()}
        save_file(weights, place / "weights.safetensors")
        (place / "history.json").write_text(json.dumps([dataclasses.asdict(record) for record in history]))
    threads = [(thread / "comm").read_text().strip() for thread in Path("/proc/self/task").glob("*")]
    (place / "threads.json").write_text(json.dumps(threads))
