"""Which optimizer moves which weights."""

import dataclasses
import subprocess
import sys

import torch
from torch import nn

from inkdigits.models.digit_networks import build_model
from inkdigits.models.line_network import line_network
from inkdigits.training.loop.muon import Muon
from inkdigits.training.loop.optimization import make_optimizers
from inkdigits.training.recipes.recipe import find_recipe
from inkdigits.training.recipes.stream_recipes import LineRecipe


def moved(optimizer: torch.optim.Optimizer) -> set[int]:
    return {id(weight) for group in optimizer.param_groups for weight in group["params"]}


def test_muon_moves_the_convolutions_between_the_first_layer_and_the_last() -> None:
    for network, recipe in (
        (build_model("convnet-s"), find_recipe("fast")),
        (line_network((4, 6, 8, 8, 8, 12), (1, 2)), LineRecipe()),
    ):
        by_adam, by_muon = make_optimizers(recipe, network)
        assert isinstance(by_muon, Muon)
        convolutions = [layer.weight for layer in network.modules() if isinstance(layer, nn.Conv2d)]
        last = [weight for weight in network.parameters() if weight.ndim > 1][-1]
        between = {id(weight) for weight in convolutions[1:] if weight is not last}
        assert moved(by_muon) == between
        assert moved(by_adam) == {id(weight) for weight in network.parameters()} - between


def test_without_a_rate_for_muon_one_optimizer_moves_all() -> None:
    network = build_model("convnet-s")
    (alone,) = make_optimizers(dataclasses.replace(find_recipe("fast"), muon_rate=0), network)
    assert moved(alone) == {id(weight) for weight in network.parameters()}


def test_torchs_compiler_is_not_loaded_to_leave_optimizers_alone() -> None:
    code = """
import sys
from inkdigits.models.digit_networks import build_model
from inkdigits.training.loop.optimization import make_optimizers
from inkdigits.training.recipes.recipe import find_recipe
import torch
network = build_model("convnet-xs")
before = [weight.detach().clone() for weight in network.parameters()]
optimizers = make_optimizers(find_recipe("fast"), network)
for optimizer in optimizers:
    optimizer.zero_grad()
network(torch.rand(4, 1, 28, 28)).square().sum().backward()
for optimizer in optimizers:
    optimizer.step()
    optimizer.load_state_dict(optimizer.state_dict())
print(len(optimizers), "torch._dynamo" in sys.modules)
print(all((weight != was).any() for weight, was in zip(network.parameters(), before)))
"""
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["2", "False", "True"]
