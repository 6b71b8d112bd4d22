"""The conformance suite: what every registered network must do."""

import numpy as np
import pytest
import torch

from inkdigits.data import Dataset
from inkdigits.errors import UsageError
from inkdigits.models.digit_networks import MODELS, build_model
from inkdigits.models.onnx_file import PARITY_TOLERANCE, DigitModel, check_parity, read_model, write_model
from inkdigits.reading.model_file import ModelInfo
from inkdigits.training.recipes.recipe import RECIPES

WEIGHTS = {
    "mlp": 269_322,
    "convnet-xs": 16_642,
    "convnet-s": 57_450,
    "convnet-tiny": 9_536,
    "convnet-m": 230_018,
    "convnet-l": 366_346,
}


@pytest.fixture(params=sorted(MODELS))
def name(request: pytest.FixtureRequest) -> str:
    return request.param


def images(count: int) -> torch.Tensor:
    return torch.rand(count, 1, 28, 28, generator=torch.Generator().manual_seed(0))


def test_logits_have_ten_finite_columns_for_any_batch(name: str) -> None:
    network = build_model(name).eval()
    for count in (1, 2, 7):
        logits = network(images(count))
        assert logits.shape == (count, 10)
        assert logits.dtype == torch.float32
        assert logits.isfinite().all()


def test_evaluation_is_deterministic_and_independent_of_the_batch(name: str) -> None:
    network = build_model(name).eval()
    together = network(images(8))
    assert torch.equal(together, network(images(8)))
    apart = torch.cat([network(image[None]) for image in images(8)])
    torch.testing.assert_close(together, apart, rtol=1e-4, atol=1e-5)


def test_the_number_of_weights_is_the_documented_one(name: str) -> None:
    assert sum(weights.numel() for weights in build_model(name).parameters()) == WEIGHTS[name]


def test_the_same_seed_gives_the_same_first_weights(name: str) -> None:
    states = []
    for seed in (3, 3, 4):
        torch.manual_seed(seed)
        states.append(build_model(name).state_dict())
    first, second, other = states
    assert all(torch.equal(first[key], second[key]) for key in first)
    assert any(not torch.equal(first[key], other[key]) for key in first)


def test_every_weight_learns(name: str) -> None:
    network = build_model(name).train()
    torch.nn.functional.cross_entropy(network(images(16)), torch.arange(16) % 10).backward()
    for key, weights in network.named_parameters():
        assert weights.grad is not None, key
        assert weights.grad.abs().sum() > 0, key


def test_the_model_file_agrees_with_torch_and_can_be_taken_back(name: str, tmp_path, training_digits: Dataset) -> None:
    torch.manual_seed(1)
    network = build_model(name)
    network.train()(images(32))  # so that batch normalisation has seen something
    model = DigitModel(network, temperature=0.7).eval()
    info = ModelInfo(name="conformance", recipe={"model": name}, reject_threshold=0.25)
    path = write_model(model, info, tmp_path / "model.onnx")
    assert len(training_digits) >= 1000
    for count in (1, 128, 1000):
        assert check_parity(model, path, training_digits.images[:count]) <= PARITY_TOLERANCE
    taken_back, read_info = read_model(path)
    assert read_info == info
    state = model.state_dict()
    for key, value in taken_back.state_dict().items():
        if not key.endswith("num_batches_tracked"):  # only training uses it
            np.testing.assert_array_equal(value.numpy(), state[key].numpy(), err_msg=key)


def test_an_unknown_network_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean 'convnet-s'"):
        build_model("convnets")


def test_every_recipe_names_a_network_that_exists() -> None:
    assert {recipe.model for recipe in RECIPES.values()} <= set(MODELS)
