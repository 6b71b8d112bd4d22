"""The line network learns from synthesised lines by the one loop, goes on where it stopped, and travels."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn

from inkdigits.data import Dataset
from inkdigits.errors import TrainingInterrupted, UsageError
from inkdigits.imaging.line_crop import BLANK, CROP_HEIGHT, FRAME_WIDTH
from inkdigits.models.line_network import line_network
from inkdigits.models.onnx_file import PARITY_TOLERANCE, write_graph
from inkdigits.models.onnx_graph import build_line_graph
from inkdigits.reading.line_model import LineModel
from inkdigits.reading.model_file import ModelInfo
from inkdigits.synthesis.lines import WrittenLine, write_line
from inkdigits.synthesis.writers import Hands
from inkdigits.training.loop.fit import fit
from inkdigits.training.loop.history import EpochRecord, StepReport
from inkdigits.training.recipes.stream_recipes import LineRecipe
from inkdigits.training.tasks.line_task import LinesTask, LineStream

CHANNELS, CONTEXT = (4, 6, 8, 8, 8, 12), (1, 2)
SMALL = LineRecipe(steps=14, every=6, batch_size=4, channels=CHANNELS, context=CONTEXT)
CPU = torch.device("cpu")

Write = Callable[[np.random.Generator], WrittenLine]


@pytest.fixture(scope="module")
def write(training_digits: Dataset) -> Write:
    return partial(write_line, Hands(training_digits))


def task(write: Write, *, workers: int = 0, recipe: LineRecipe = SMALL) -> LinesTask:
    stream = LineStream(write, batch_size=recipe.batch_size, seed=0)
    held_out = [LineStream(write, batch_size=8, seed=1)[0][0]]
    return LinesTask(recipe, stream, held_out, seed=0, device=CPU, workers=workers)


def test_batches_are_the_same_wherever_the_stream_begins_and_whoever_makes_them(write: Write) -> None:
    stream = LineStream(write, batch_size=2, seed=3)
    whole = list(stream.batches(0, 12))
    begun = list(stream.batches(9, 12))
    assert len(whole) == 12
    assert len(begun) == 3
    for one, other in zip(whole[9:], begun, strict=True):
        assert torch.equal(one.bands, other.bands)
        assert torch.equal(one.labels, other.labels)


@pytest.mark.filterwarnings("ignore:This DataLoader will create")  # more of them than this machine may have cores
def test_several_processes_make_the_batches_that_one_makes(write: Write) -> None:
    stream = LineStream(write, batch_size=1, seed=3)
    for one, other in zip(stream.batches(3, 20), stream.batches(3, 20, workers=2), strict=True):
        assert torch.equal(one.bands, other.bands)


def test_a_batch_is_padded_with_paper_and_blanks(write: Write) -> None:
    for batch in LineStream(write, batch_size=8, seed=1)[0]:
        assert batch.bands.shape[1] == CROP_HEIGHT
        assert batch.bands.shape[2] % 32 == 0
        for labels, length in zip(batch.labels, batch.lengths, strict=True):
            assert (labels[:length] < BLANK).all()
            assert (labels[length:] == BLANK).all()


def test_the_loss_is_lowest_where_everything_is_right(write: Write) -> None:
    batch = LineStream(write, batch_size=4, seed=2)[0][0]
    steps = batch.bands.shape[2] // FRAME_WIDTH
    right = torch.zeros(len(batch.bands), BLANK + 5, 1, steps)
    right[:, BLANK] = 8.0
    for line, (labels, boxes) in enumerate(zip(batch.labels, batch.boxes, strict=True)):
        for label, box in zip(labels, boxes, strict=True):
            if label != BLANK:
                place = min(steps - 1, int((box[0] + box[2]) / 2 / FRAME_WIDTH))
                right[line, BLANK, 0, place], right[line, label, 0, place] = 0.0, 8.0
    random = torch.randn(right.shape, generator=torch.Generator().manual_seed(0))
    loss = task(write).loss
    assert loss(right, batch) < 0.5 * loss(random, batch)


class Watcher:
    """Asks for a stop after some reports."""

    def __init__(self, stop_after: int) -> None:
        self.left = stop_after

    def on_step(self, report: StepReport) -> None:
        self.left -= 1

    def on_epoch(self, history: object) -> None:
        pass

    def should_stop(self) -> bool:
        return self.left <= 0


def test_a_training_that_was_stopped_ends_in_the_same_weights(write: Write, tmp_path: Path) -> None:
    whole, history = fit(task(write), checkpoint=tmp_path / "whole", identity={})
    assert [record.epoch for record in history] == [1, 2, 3]
    assert history[-1].validation_loss < history[0].validation_loss
    for stop_after in (1, 2, 3):  # within an epoch, at its end, within the next
        checkpoint, watcher = tmp_path / f"stopped-{stop_after}", Watcher(stop_after)
        with pytest.raises(TrainingInterrupted, match=r"stopped in epoch \d of 3; .*; say how"):
            fit(
                task(write),
                checkpoint=checkpoint,
                identity={},
                observers=[watcher],
                should_stop=watcher.should_stop,
                once_stopped="say how",
            )
        parts, again = fit(task(write), checkpoint=checkpoint, identity={}, resume=True)
        assert [figures(record) for record in again] == [figures(record) for record in history]
        for one, other in zip(whole.state_dict().values(), parts.state_dict().values(), strict=True):
            assert torch.equal(one, other)


def figures(record: EpochRecord) -> tuple[float, ...]:
    return record.loss, record.accuracy, record.validation_loss, record.validation_accuracy, record.learning_rate


def test_a_recipe_without_steps_is_refused() -> None:
    with pytest.raises(UsageError, match="at least 1 step, not 0"):
        LineRecipe(steps=0)


def test_a_network_that_reads_nothing_reads_only_empty_lines(write: Write) -> None:
    reading = task(write)
    network = reading.build()
    with torch.no_grad():
        last = network[-1]
        assert isinstance(last, nn.Conv2d)
        assert last.bias is not None
        last.weight.zero_()
        last.bias[BLANK] = 5.0
    held_out = LineStream(write, batch_size=8, seed=1)[0][0]
    assert reading.judge(network)[1] == pytest.approx(float((held_out.lengths == 0).double().mean()))


def test_the_network_sees_the_whole_line() -> None:
    torch.manual_seed(0)
    network = line_network(CHANNELS, (1, 2, 4, 8)).eval()
    bands = torch.rand(1, 1, CROP_HEIGHT, 240, requires_grad=True)
    network(bands)[0, :, 0, 30].sum().backward()
    assert bands.grad is not None
    seen = bands.grad[0, 0].abs().sum(0).nonzero()
    assert int(seen.max() - seen.min()) > 120


def test_the_file_says_what_the_network_says(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = line_network(CHANNELS, (1, 2, 4, 8))
    network.train()(torch.rand(4, 1, CROP_HEIGHT, 64))  # so that batch normalisation has seen something
    info = ModelInfo("of a test", thresholds={"line": 0.7})
    path = write_graph(build_line_graph(network.eval(), 1.5), info, tmp_path / "lines.onnx")
    model = LineModel(path, threads=1)
    assert model.info.thresholds == {"line": 0.7}
    bands = np.random.default_rng(0).integers(0, 255, (5, CROP_HEIGHT, 96), np.uint8)
    with torch.no_grad():
        expected = network(torch.from_numpy(bands).float()[:, None] / 255)[:, :, 0].permute(0, 2, 1)
    expected[..., : BLANK + 1] = (expected[..., : BLANK + 1] / 1.5).softmax(-1)
    together = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]).run(None, {"bands": bands})[0]
    assert np.abs(together - expected.numpy()).max() <= PARITY_TOLERANCE
    assert np.abs(np.stack([model.frames(band) for band in bands]) - expected.numpy()).max() <= PARITY_TOLERANCE
