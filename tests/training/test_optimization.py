"""Which optimizer moves which weights; Muon's direction is orthogonal, and it goes downhill."""

import dataclasses
import subprocess
import sys

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from inkdigits.models.digit_networks import build_model
from inkdigits.models.line_network import line_network
from inkdigits.training.loop.optimization import Muon, make_optimizers, orthogonalise
from inkdigits.training.recipes.recipe import Recipe
from inkdigits.training.recipes.stream_recipes import LineRecipe


def moved(optimizer: torch.optim.Optimizer) -> set[int]:
    return {id(weight) for group in optimizer.param_groups for weight in group["params"]}


def test_muon_moves_the_convolutions_between_the_first_layer_and_the_last() -> None:
    for network, recipe in (
        (build_model("convnet-s"), Recipe.named("fast")),
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
    (alone,) = make_optimizers(dataclasses.replace(Recipe.named("fast"), muon_rate=0), network)
    assert moved(alone) == {id(weight) for weight in network.parameters()}


def test_torchs_compiler_is_not_loaded_to_leave_optimizers_alone() -> None:
    code = """
import sys
from inkdigits.models.digit_networks import build_model
from inkdigits.training.loop.optimization import Muon, make_optimizers
from inkdigits.training.recipes.recipe import Recipe
import torch
network = build_model("convnet-xs")
before = [weight.detach().clone() for weight in network.parameters()]
optimizers = make_optimizers(Recipe.named("fast"), network)
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


@given(rows=st.integers(1, 40), columns=st.integers(1, 40), scale=st.floats(1e-3, 1e3), seed=st.integers(0, 999))
@settings(max_examples=50)
def test_all_singular_values_become_about_one(rows: int, columns: int, scale: float, seed: int) -> None:
    matrix = torch.randn(rows, columns, generator=torch.Generator().manual_seed(seed)) * scale
    before, after = torch.linalg.svdvals(matrix), torch.linalg.svdvals(orthogonalise(matrix))
    # Five steps bring up what is not too small beside the rest.
    assert after[before > 0.03 * before.norm()].min() > 0.5
    assert after.max() < 1.4


def test_directions_stay_what_they_are() -> None:
    matrix = torch.randn(8, 20, generator=torch.Generator().manual_seed(0))
    left, _, right = torch.linalg.svd(matrix, full_matrices=False)
    assert torch.nn.functional.cosine_similarity(orthogonalise(matrix).flatten(), (left @ right).flatten(), dim=0) > 0.9


def test_a_step_goes_downhill_and_decays() -> None:
    torch.manual_seed(0)
    weight = torch.nn.Parameter(torch.randn(4, 3, 3, 3))
    goal = torch.randn(4, 3, 3, 3)
    optimizer = Muon([weight], 0.2)
    first = float((weight.detach() - goal).square().sum())
    for _ in range(100):
        optimizer.zero_grad()
        (weight - goal).square().sum().backward()
        optimizer.step()
    assert float((weight.detach() - goal).square().sum()) < first / 10
    decaying = Muon([weight], 0.1, weight_decay=0.5)
    before = weight.detach().clone()
    weight.grad = torch.zeros_like(weight)
    decaying.step()
    torch.testing.assert_close(weight.detach(), before * 0.95)
