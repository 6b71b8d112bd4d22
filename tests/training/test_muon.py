"""Muon's direction is orthogonal, and it goes downhill."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from inkdigits.training.loop.muon import Muon, orthogonalise


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
