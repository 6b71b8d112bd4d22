"""The line network learns from synthesised lines, goes on where it stopped, and travels."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from inkdigits.data import Dataset
from inkdigits.errors import CheckpointError
from inkdigits.export.line_file import write_line_model
from inkdigits.imaging.bands import BAND_HEIGHT, BLANK, COLUMN
from inkdigits.learning.line_data import LineStream
from inkdigits.learning.line_fit import LineRecipe, exact_share, fit_lines, line_loss
from inkdigits.learning.line_network import line_network
from inkdigits.line_model import LineModel
from inkdigits.modelfile import ModelInfo

SMALL = LineRecipe(steps=6, batch_size=8, channels=(4, 6, 8, 8, 8, 12))


def test_batches_are_the_same_wherever_the_stream_begins(training_digits: Dataset) -> None:
    whole = iter(LineStream(training_digits, batch_size=2, seed=3))
    third = [next(whole) for _ in range(3)][2]
    begun = next(iter(LineStream(training_digits, batch_size=2, seed=3, first=2)))
    assert (third.bands == begun.bands).all()
    assert (third.labels == begun.labels).all()


def test_a_batch_is_padded_with_paper_and_blanks(training_digits: Dataset) -> None:
    for batch in LineStream(training_digits, batch_size=8, seed=1).group(0):
        assert batch.bands.shape[1] == BAND_HEIGHT
        assert batch.bands.shape[2] % 32 == 0
        for labels, length in zip(batch.labels, batch.lengths, strict=True):
            assert (labels[:length] < BLANK).all()
            assert (labels[length:] == BLANK).all()


def test_the_loss_is_lowest_where_everything_is_right(training_digits: Dataset) -> None:
    batch = LineStream(training_digits, batch_size=4, seed=2).group(0)[0]
    steps = batch.bands.shape[2] // COLUMN
    right = torch.zeros(len(batch.bands), BLANK + 5, 1, steps)
    right[:, BLANK] = 8.0
    for line, (labels, boxes) in enumerate(zip(batch.labels, batch.boxes, strict=True)):
        for label, box in zip(labels, boxes, strict=True):
            if label != BLANK:
                place = min(steps - 1, int((box[0] + box[2]) / 2 / COLUMN))
                right[line, BLANK, 0, place], right[line, label, 0, place] = 0.0, 8.0
    random = torch.randn(right.shape, generator=torch.Generator().manual_seed(0))
    assert line_loss(right, batch) < 0.5 * line_loss(random, batch)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")
def test_a_training_that_was_stopped_ends_in_the_same_weights(training_digits: Dataset, tmp_path: Path) -> None:
    class StopError(Exception):
        pass

    def stop(step: int, loss: float, network: nn.Sequential) -> None:
        if step == 3:
            raise StopError

    whole = fit_lines(SMALL, training_digits, checkpoint=tmp_path / "whole.safetensors", every=3)
    with pytest.raises(StopError):
        fit_lines(SMALL, training_digits, checkpoint=tmp_path / "parts.safetensors", every=3, report=stop)
    parts = fit_lines(SMALL, training_digits, checkpoint=tmp_path / "parts.safetensors", every=3)
    for one, other in zip(whole.state_dict().values(), parts.state_dict().values(), strict=True):
        assert torch.equal(one, other)
    with pytest.raises(CheckpointError, match="another recipe"):
        fit_lines(replace(SMALL, seed=1), training_digits, checkpoint=tmp_path / "parts.safetensors")


def test_a_network_that_reads_nothing_reads_only_empty_lines(training_digits: Dataset) -> None:
    network = line_network(SMALL.channels)
    with torch.no_grad():
        last = network[-1]
        assert isinstance(last, nn.Conv2d)
        assert last.bias is not None
        last.weight.zero_()
        last.bias[BLANK] = 5.0
    batches = LineStream(training_digits, batch_size=8, seed=4).group(0)
    empty = sum(int((batch.lengths == 0).sum()) for batch in batches) / sum(len(batch.lengths) for batch in batches)
    assert exact_share(network, batches) == pytest.approx(empty)


def test_the_file_says_what_the_network_says(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = line_network(SMALL.channels).eval()
    path = write_line_model(network, 1.5, ModelInfo("of a test", thresholds={"line": 0.7}), tmp_path / "lines.onnx")
    model = LineModel(path, threads=1)
    assert model.info.thresholds == {"line": 0.7}
    band = np.random.default_rng(0).integers(0, 255, (BAND_HEIGHT, 96), np.uint8)
    with torch.no_grad():
        expected = network(torch.from_numpy(band).float()[None, None] / 255)[0, :, 0].T
    (columns,) = model.columns([band])
    classes = (expected[:, : BLANK + 1] / 1.5).softmax(-1).numpy()
    assert np.abs(columns[:, : BLANK + 1] - classes).max() < 1e-5
    assert np.abs(columns[:, BLANK + 1 :] - expected[:, BLANK + 1 :].numpy()).max() < 1e-5
