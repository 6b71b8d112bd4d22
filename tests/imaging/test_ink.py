import cv2
import numpy as np
import numpy.typing as npt
import pytest

from inkdigits.imaging.ink import find_ink, has_light_ink

Levels = npt.NDArray[np.float64]


def digit(size: int = 200, thickness: int = 10) -> Levels:
    """A seven, 0 paper to 1 ink."""
    canvas = np.zeros((size, size), np.uint8)
    unit = size / 10
    line = np.array([(3, 2), (7, 2), (5, 8)]) * unit
    cv2.polylines(canvas, [line.astype(np.int32)], False, 255, thickness, cv2.LINE_AA)
    return canvas / 255


def page(
    ink: Levels, *, paper: float, contrast: float, light: float = 0.0, noise: float = 0.0
) -> npt.NDArray[np.uint8]:
    """A page with light that falls off from left to right."""
    falloff = 1 - light * np.linspace(0, 1, ink.shape[1])
    levels = (paper - contrast * ink) * falloff + np.random.default_rng(0).normal(0, noise, ink.shape)
    return np.clip(np.rint(levels), 0, 255).astype(np.uint8)


def overlap(found: npt.NDArray[np.float32], truth: Levels) -> float:
    """Intersection over union of what is more than half ink."""
    one, other = found > 0.5, truth > 0.5
    return float((one & other).sum() / (one | other).sum())


@pytest.mark.parametrize(
    "conditions",
    [
        {"paper": 255, "contrast": 255},
        {"paper": 200, "contrast": 120, "noise": 4},
        {"paper": 240, "contrast": 25, "noise": 1.5},
        {"paper": 250, "contrast": 160, "light": 0.6, "noise": 3},
        {"paper": 150, "contrast": 100, "light": 0.5},
    ],
    ids=["clean", "noisy", "faint pencil", "uneven light", "dim"],
)
@pytest.mark.parametrize("thickness", [4, 10, 30])
def test_ink_is_found_whatever_the_polarity(conditions: dict[str, float], thickness: int) -> None:
    truth = digit(thickness=thickness)
    grey = page(truth, **conditions)
    assert not has_light_ink(grey)
    assert has_light_ink(255 - grey)
    dark, light = find_ink(grey), find_ink(255 - grey)
    assert dark.dtype == np.float32
    assert dark.min() == 0
    assert dark.max() == 1
    assert overlap(dark, truth) > 0.7
    assert np.array_equal(dark, light)


def test_a_digit_that_fills_its_frame_keeps_its_polarity() -> None:
    truth = digit(200, 40)[20:180, 40:160]
    assert not has_light_ink(page(truth, paper=230, contrast=180))
    assert has_light_ink(page(truth, paper=30, contrast=-180))


@pytest.mark.parametrize("light", [40, 90])
def test_faint_writing_keeps_its_polarity_in_uneven_light(light: int) -> None:
    truth = np.hstack([digit(size=120, thickness=5)] * 6)
    waves = np.sin(np.linspace(0, 7, truth.shape[1])) * np.linspace(0.4, 1, truth.shape[0])[:, None]
    grey = np.clip(140 + light * waves - 25 * truth, 0, 255).astype(np.uint8)
    assert not has_light_ink(grey)
    assert has_light_ink(255 - grey)


def test_a_digit_on_a_darker_patch_is_told_from_the_patch() -> None:
    truth = digit()
    grey = page(truth, paper=215, contrast=170)
    pasted = np.full((300, 300), 255, np.uint8)
    pasted[50:250, 50:250] = grey
    assert overlap(find_ink(pasted)[50:250, 50:250], truth) > 0.7
    assert find_ink(pasted)[52:60].max() < 0.2


@pytest.mark.parametrize(("light", "noise"), [(0.0, 0.0), (0.0, 2.0), (0.5, 0.0), (0.5, 2.0)])
@pytest.mark.parametrize("paper", [0, 40, 128, 255])
def test_a_blank_page_has_no_ink(paper: float, light: float, noise: float) -> None:
    grey = page(np.zeros((180, 240)), paper=paper, contrast=0, light=light, noise=noise)
    assert (find_ink(grey) > 0.5).sum() == 0


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (2, 1), (3, 3), (1, 300), (300, 1), (10, 20_000)])
def test_any_size_gives_ink_of_that_size(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    ink = find_ink(rng.integers(0, 256, shape, dtype=np.uint8))
    assert ink.shape == shape
    assert np.isfinite(ink).all()
