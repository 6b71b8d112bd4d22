"""Runs that several processes share: called by the tests alone, and as a program by the whole team.

python shared_runs.py FOLDER PORT PROCESSES
"""

import dataclasses
import json
import multiprocessing
import os
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

from inkdigits.data import Dataset, load_dataset
from inkdigits.training.loop.distributed import ALONE, Team, joined
from inkdigits.training.loop.fit import fit
from inkdigits.training.loop.history import EpochRecord
from inkdigits.training.recipes.recipe import Recipe
from inkdigits.training.tasks.digit_task import DigitsTask

CPU = torch.device("cpu")
# An epoch is no multiple of a batch, nor of the three processes; later epochs show what is still hard, as all processes
# together know it.
RUN = Recipe.named("fast").replace(epochs=3, batch_size=39)


def digits(count: int) -> tuple[Dataset, Dataset]:
    training, validation = (load_dataset("optdigits", split) for split in ("train", "validation"))
    few = dataclasses.replace(training, images=training.images[:count], labels=training.labels[:count])
    return few, validation


def shared_fit(recipe: Recipe, count: int, folder: Path, team: Team = ALONE) -> tuple[nn.Module, list[EpochRecord]]:
    training, validation = digits(count)
    task = DigitsTask(training, validation, recipe, seed=0, device=CPU, team=team)
    return fit(task, checkpoint=folder / "checkpoint.safetensors", identity={})


def take_part(folder: str, rank: int) -> None:
    os.environ["RANK"] = str(rank)
    with joined("cpu") as team:
        place = Path(folder) / f"rank-{team.rank}"
        place.mkdir()
        network, history = shared_fit(RUN, 202, place, team)
        weights = {name: weight.contiguous() for name, weight in network.state_dict().items()}
        save_file(weights, place / "weights.safetensors")
        (place / "history.json").write_text(json.dumps([dataclasses.asdict(record) for record in history]))
    threads = [(thread / "comm").read_text().strip() for thread in Path("/proc/self/task").glob("*")]
    (place / "threads.json").write_text(json.dumps(threads))


if __name__ == "__main__":
    folder, port, processes = sys.argv[1:]
    torch.set_num_threads(1)
    # What torchrun sets. It starts each process anew, which takes longer than the run: here they are forked, once torch
    # is there. A run by torchrun itself is compared with one by Ray.
    os.environ |= {"TORCHELASTIC_RUN_ID": "a test", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    os.environ["WORLD_SIZE"] = processes
    forking = multiprocessing.get_context("fork")
    team = [forking.Process(target=take_part, args=(folder, rank)) for rank in range(int(processes))]
    for process in team:
        process.start()
    for process in team:
        process.join()
    sys.exit(any(process.exitcode for process in team))
