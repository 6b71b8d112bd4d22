"""The order of each epoch: all pictures, or those that are still hard and some others."""

import dataclasses

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from inkdigits.training.recipes.recipe import Recipe, Review
from inkdigits.training.tasks.curriculum import Curriculum

RECIPE = Recipe(name="r", summary="", model="mlp", epochs=3, batch_size=10, learning_rate=0.1)


@given(count=st.integers(1, 300), seed=st.integers(0, 2**40))
@settings(max_examples=30)
def test_without_a_review_every_epoch_shows_every_picture_once(count: int, seed: int) -> None:
    curriculum = Curriculum(RECIPE, count, seed)
    for epoch in range(3):
        curriculum.begin_epoch(epoch)
        assert sorted(curriculum.order.tolist()) == list(range(count))


@given(
    count=st.integers(20, 300),
    share=st.floats(0.1, 0.9),
    easy=st.floats(0, 1),
    seed=st.integers(0, 2**40),
)
@settings(max_examples=50)
def test_a_review_shows_the_hardest_and_as_many_others_as_it_says(
    count: int, share: float, easy: float, seed: int
) -> None:
    recipe = dataclasses.replace(RECIPE, review=Review(after=1, share=share, easy=easy))
    curriculum = Curriculum(recipe, count, seed)
    curriculum.begin_epoch(0)
    curriculum.losses[curriculum.order] = torch.rand(count, generator=torch.Generator().manual_seed(seed % 1000))
    curriculum.begin_epoch(1)
    shown = curriculum.order
    assert len(shown) == len(set(shown.tolist())) == curriculum.sizes[1]
    assert len(shown) % recipe.batch_size == 0 or len(shown) == count
    hardest = curriculum.losses.argsort(descending=True)[: len(shown) - int(len(shown) * easy)]
    assert set(hardest.tolist()) <= set(shown.tolist())


def test_pictures_that_were_never_shown_come_first() -> None:
    curriculum = Curriculum(dataclasses.replace(RECIPE, review=Review(after=0, share=0.5, easy=0)), 100, seed=0)
    curriculum.begin_epoch(0)
    first = set(curriculum.order.tolist())
    curriculum.losses[curriculum.order] = torch.zeros(50)
    curriculum.begin_epoch(1)
    assert first.isdisjoint(curriculum.order.tolist())


def test_the_seed_decides_the_order() -> None:
    orders = []
    for seed in (1, 1, 2):
        curriculum = Curriculum(RECIPE, 50, seed)
        curriculum.begin_epoch(0)
        orders.append(curriculum.order)
    assert torch.equal(orders[0], orders[1])
    assert not torch.equal(orders[0], orders[2])
