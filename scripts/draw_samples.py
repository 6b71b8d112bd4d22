"""Draws the sample pictures that ship with the package, the same ones each time.

    python scripts/draw_samples.py

Each digit is strokes of a pen, splines through a few points that a hand has shaken, on paper, board or nothing.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

FOLDER = Path(__file__).parents[1] / "src" / "inkdigits" / "samples"
SUPERSAMPLING = 4

Levels = npt.NDArray[np.float64]
Points = npt.NDArray[np.float64]

# The strokes of each digit in a box of 1 across and 1.4 down; a stroke runs smoothly through its points.
STROKES: dict[str, list[list[tuple[float, float]]]] = {
    "0": [
        [
            (0.58, 0.04),
            (0.2, 0.2),
            (0.05, 0.7),
            (0.2, 1.2),
            (0.5, 1.38),
            (0.85, 1.15),
            (0.95, 0.65),
            (0.8, 0.2),
            (0.5, 0.03),
            (0.4, 0.1),
        ]
    ],
    "1": [[(0.3, 0.3), (0.48, 0.17), (0.6, 0.03)], [(0.6, 0.03), (0.55, 0.7), (0.5, 1.38)]],
    "2": [
        [(0.1, 0.35), (0.25, 0.08), (0.6, 0.03), (0.85, 0.3), (0.7, 0.7), (0.35, 1.05), (0.08, 1.35)],
        [(0.08, 1.35), (0.35, 1.27), (0.65, 1.34), (0.95, 1.3)],
    ],
    "3": [
        [(0.12, 0.2), (0.4, 0.02), (0.75, 0.12), (0.75, 0.42), (0.4, 0.62)],
        [(0.4, 0.62), (0.8, 0.72), (0.9, 1.05), (0.6, 1.36), (0.2, 1.3), (0.05, 1.15)],
    ],
    "4": [
        [(0.55, 0.02), (0.33, 0.4), (0.05, 0.85)],
        [(0.05, 0.85), (0.5, 0.86), (0.98, 0.8)],
        [(0.7, 0.45), (0.67, 0.9), (0.6, 1.4)],
    ],
    "5": [
        [(0.22, 0.06), (0.18, 0.35), (0.12, 0.6)],
        [(0.12, 0.6), (0.45, 0.5), (0.85, 0.7), (0.85, 1.1), (0.5, 1.38), (0.08, 1.28)],
        [(0.2, 0.07), (0.5, 0.06), (0.9, 0.0)],
    ],
    "6": [
        [
            (0.75, 0.03),
            (0.4, 0.25),
            (0.1, 0.75),
            (0.1, 1.15),
            (0.4, 1.38),
            (0.8, 1.2),
            (0.8, 0.88),
            (0.5, 0.75),
            (0.2, 0.92),
            (0.1, 1.1),
        ]
    ],
    "7": [[(0.08, 0.1), (0.45, 0.1), (0.92, 0.04)], [(0.92, 0.04), (0.65, 0.6), (0.4, 1.38)]],
    "8": [
        [
            (0.76, 0.22),
            (0.45, 0.02),
            (0.15, 0.2),
            (0.3, 0.5),
            (0.65, 0.75),
            (0.85, 1.1),
            (0.5, 1.38),
            (0.12, 1.15),
            (0.3, 0.8),
            (0.65, 0.5),
            (0.8, 0.25),
            (0.72, 0.12),
        ]
    ],
    "9": [
        [(0.82, 0.3), (0.5, 0.03), (0.15, 0.25), (0.2, 0.6), (0.5, 0.68), (0.8, 0.4), (0.84, 0.25)],
        [(0.84, 0.22), (0.82, 0.7), (0.7, 1.15), (0.45, 1.38)],
    ],
}


def spline(points: Points, steps: int = 60) -> Points:
    """Return a Catmull-Rom spline through points, (N,2) to (M,2)."""
    ends = np.concatenate([[2 * points[0] - points[1]], points, [2 * points[-1] - points[-2]]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    pieces = []
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        bend = (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
        pieces.append(b + 0.5 * ((c - a) * t + bend))
    return np.concatenate([*pieces, points[-1:]])


def tremor(rng: np.random.Generator, count: int, smoothness: int = 45) -> Levels:
    """Return slow noise of about unit size: what a hand does, not what a sensor does."""
    kernel = np.hanning(smoothness) / np.sqrt((np.hanning(smoothness) ** 2).sum())
    return np.convolve(rng.normal(size=count + smoothness), kernel, "same")[:count]


def write(
    rng: np.random.Generator,
    text: str,
    size: tuple[int, int],
    *,
    height: float,
    pen: float,
    slant: float = 0.1,
    pitch: float | None = None,
) -> Levels:
    """Write digits in the middle of a page.

    Args:
        rng: the hand.
        text: the digits, perhaps with spaces.
        size: width and height of the page in pixels.
        height: of a digit, as a share of the page.
        pen: its width, as a share of a digit's height.
        slant: how far a digit leans to the right, as a share of its height.
        pitch: pixels from one digit to the next; by their size if None.

    Returns:
        float (height,width), 0 paper to 1 ink.

    """
    width, tall = (SUPERSAMPLING * side for side in size)
    page = Image.new("L", (width, tall))
    draw = ImageDraw.Draw(page)
    unit = height * tall / 1.4
    step = 1.35 * unit if pitch is None else SUPERSAMPLING * pitch
    for number, digit in enumerate(text):
        across = width / 2 + (number - len(text) / 2) * step + 0.5 * (step - 1.01 * unit)
        down = tall * (1 - height) / 2 + rng.normal(0, 0.05) * unit
        lean, shape = slant + rng.normal(0, 0.03), rng.normal(1, 0.04, 2)
        for stroke in STROKES.get(digit, ()):  # a space has none
            line = spline(np.array(stroke) + rng.normal(0, 0.018, (len(stroke), 2)))
            line += 0.006 * np.stack([tremor(rng, len(line)), tremor(rng, len(line))], axis=1)
            x = (line[:, 0] + lean * (0.7 - line[:, 1])) * shape[0] * unit + across
            y = line[:, 1] * shape[1] * unit + down
            speed = np.minimum(1, np.minimum(np.arange(len(x)), np.arange(len(x))[::-1]) / 30)
            radius = 0.5 * pen * 1.4 * unit * (1.1 - 0.15 * speed + 0.04 * tremor(rng, len(x)))
            for at_x, at_y, r in zip(x, y, radius, strict=True):
                draw.ellipse((at_x - r, at_y - r, at_x + r, at_y + r), 255)
    return np.asarray(page.resize(size, Image.Resampling.BOX)) / 255


def grain(rng: np.random.Generator, size: tuple[int, int], scale: int) -> Levels:
    """Return noise of unit size whose grains are some pixels wide: paper, chalk, graphite."""
    width, height = size
    coarse = rng.normal(size=(height // scale + 2, width // scale + 2)).astype(np.float32)
    return np.asarray(Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC), np.float64)


def light(size: tuple[int, int], *, falloff: float) -> Levels:
    """Return light from the upper left, 1 where it is brightest."""
    x, y = np.meshgrid(np.linspace(0, 1, size[0]), np.linspace(0, 1, size[1]))
    return 1 - falloff * (0.6 * x + 0.4 * y) ** 1.5


def paint(ink: Levels, colour: tuple[int, int, int], paper: npt.NDArray[np.float64]) -> Levels:
    """Lay ink of a colour on paper (H,W,3)."""
    return paper + ink[..., None] * (np.array(colour) - paper)


def paper(colour: tuple[int, int, int], size: tuple[int, int]) -> Levels:
    """Return paper of one colour, (H,W,3)."""
    return np.broadcast_to(np.array(colour, float), (size[1], size[0], 3)).copy()


def photograph(rng: np.random.Generator, scene: Levels, falloff: float) -> Image.Image:
    """Return a scene in uneven light, as a camera would see it."""
    size = scene.shape[1], scene.shape[0]
    noise = 1.5 * grain(rng, size, 1) + 1.5 * grain(rng, size, 4)
    return to_image(scene * light(size, falloff=falloff)[..., None] + noise[..., None])


def to_image(levels: Levels) -> Image.Image:
    """Return levels of 0 to 255 as an image."""
    return Image.fromarray(np.clip(np.rint(levels), 0, 255).astype(np.uint8))


def pen_on_cream(rng: np.random.Generator) -> Image.Image:
    """Draw with a black ballpoint on cream paper, photographed by a window."""
    size = 480, 560
    return photograph(
        rng, paint(write(rng, "3", size, height=0.5, pen=0.05), (35, 32, 40), paper((244, 234, 210), size)), 0.45
    )


def chalk_on_board(rng: np.random.Generator) -> Image.Image:
    """Draw with chalk on a green blackboard."""
    size = 480, 480
    chalk = write(rng, "5", size, height=0.55, pen=0.075) * np.clip(0.85 + 0.25 * grain(rng, size, 2), 0.3, 1)
    board = paper((38, 74, 62), size) + 3 * grain(rng, size, 24)[..., None]
    return photograph(rng, paint(chalk, (232, 234, 226), board), 0.25)


def marker(rng: np.random.Generator) -> Image.Image:
    """Draw with a thick marker on white."""
    size = 320, 360
    return to_image(paint(write(rng, "2", size, height=0.68, pen=0.13), (20, 20, 24), paper((255, 255, 255), size)))


def faint_pencil(rng: np.random.Generator) -> Image.Image:
    """Draw with a hard pencil, hardly pressed."""
    size = 480, 480
    graphite = 0.35 * write(rng, "6", size, height=0.5, pen=0.04) * np.clip(0.9 + 0.2 * grain(rng, size, 2), 0.2, 1)
    return photograph(rng, paint(graphite, (60, 60, 66), paper((246, 246, 242), size)), 0.15)


def ruled_paper(rng: np.random.Generator) -> Image.Image:
    """Draw with blue ink on faintly ruled paper."""
    size = 480, 480
    sheet = paper((250, 250, 247), size)
    sheet[40::64] -= (14, 8, 3)
    return photograph(rng, paint(write(rng, "7", size, height=0.5, pen=0.055), (32, 58, 150), sheet), 0.2)


def transparent(rng: np.random.Generator, digit: str, colour: tuple[int, int, int]) -> Image.Image:
    """Draw with ink of one colour on nothing, as a drawing program saves it."""
    ink = write(rng, digit, (256, 256), height=0.7, pen=0.085)
    alpha = to_image(255 * ink)
    image = Image.new("RGBA", alpha.size, colour)
    image.putalpha(alpha)
    return image


def mouse(rng: np.random.Generator) -> Image.Image:
    """Draw white on black with a mouse, without soft edges."""
    return to_image(np.where(write(rng, "8", (280, 280), height=0.6, pen=0.08, slant=0.0) > 0.5, 255.0, 0.0))


def blank_page(rng: np.random.Generator) -> Image.Image:
    """Draw nothing on cream paper."""
    return photograph(rng, paper((244, 234, 210), (480, 480)), 0.4)


def string(rng: np.random.Generator) -> Image.Image:
    """Draw three digits beside each other."""
    size = 640, 320
    return photograph(
        rng, paint(write(rng, "407", size, height=0.5, pen=0.06), (28, 36, 92), paper((240, 238, 232), size)), 0.3
    )


def boxes(rng: np.random.Generator) -> Image.Image:
    """Draw a digit into each of the boxes of a form."""
    size, count, side, top = (900, 200), 8, 100, 50
    left = (size[0] - count * side) // 2
    form = Image.new("RGB", size, (252, 252, 250))
    draw = ImageDraw.Draw(form)
    for number in range(count):
        draw.rectangle((left + number * side, top, left + (number + 1) * side, top + side), outline=(120, 128, 140))
    ink = write(rng, "40926153", size, height=0.36, pen=0.07, pitch=side)
    return photograph(rng, paint(ink, (26, 40, 110), np.asarray(form, float)), 0.12)


def page(rng: np.random.Generator, size: tuple[int, int] = (1000, 1200)) -> Image.Image:
    """Draw lines of numbers on a ruled page."""
    sheet = paper((250, 250, 246), size)
    step = size[1] // 8
    sheet[step::step] -= (22, 14, 4)
    sheet[step + 1 :: step] -= (22, 14, 4)
    for number, line in enumerate(PAGE):
        top = (number + 1) * step
        strip = write(rng, line, (size[0], step), height=0.56, pen=0.07)
        sheet[top : top + step] = paint(strip, (30, 34, 60), sheet[top : top + step])
    return photograph(rng, sheet, 0.15)


def desk(rng: np.random.Generator) -> Image.Image:
    """Draw a page that lies on a wooden desk, photographed from the side under a lamp."""
    size = 1400, 1050
    wood = (
        paper((132, 92, 58), size)
        + 9 * grain(rng, (size[0], size[1] * 8), 24).reshape(size[1], 8, size[0]).mean(1)[..., None]
    )
    sheet = page(rng)
    corners = (430, 120), (1010, 150), (1130, 960), (300, 930)  # of the sheet on the desk, clockwise
    shape = perspective(corners, [(0, 0), (sheet.width, 0), sheet.size, (0, sheet.height)])
    laid = sheet.transform(size, Image.Transform.PERSPECTIVE, shape, Image.Resampling.BICUBIC)
    mask = Image.new("L", sheet.size, 255).transform(size, Image.Transform.PERSPECTIVE, shape, Image.Resampling.BICUBIC)
    cover = np.asarray(mask)[..., None] / 255
    return photograph(rng, wood * (1 - cover) + np.asarray(laid, float) * cover, 0.45)


def perspective(seen: Sequence[tuple[int, int]], flat: Sequence[tuple[int, int]]) -> list[float]:
    """Return the eight numbers by which Pillow finds the point of a flat picture for each that is seen."""
    rows, values = [], []
    for (x, y), (u, v) in zip(seen, flat, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return list(np.linalg.solve(np.array(rows, float), np.array(values, float)))


PAGE = ("4072", "198530", "27 46 19", "5386", "90 71", "6284")

SAMPLES: dict[str, tuple[str, Callable[[np.random.Generator], Image.Image]]] = {
    "pen-on-cream.jpg": ("3", pen_on_cream),
    "chalk-on-board.jpg": ("5", chalk_on_board),
    "marker.png": ("2", marker),
    "faint-pencil.jpg": ("6", faint_pencil),
    "ruled-paper.jpg": ("7", ruled_paper),
    "transparent-dark.png": ("9", lambda rng: transparent(rng, "9", (24, 24, 32))),
    "transparent-light.png": ("4", lambda rng: transparent(rng, "4", (250, 250, 240))),
    "mouse.png": ("8", mouse),
    "blank-page.jpg": ("", blank_page),
    "string-407.jpg": ("407", string),
    "row-of-boxes.jpg": ("40926153", boxes),
    "page.jpg": ("|".join(PAGE), page),
    "sheet-on-desk.jpg": ("|".join(PAGE), desk),
}


def main() -> None:
    """Draw all samples and write their labels."""
    with (FOLDER / "labels.csv").open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("path", "label"))
        for seed, (name, (label, draw)) in enumerate(SAMPLES.items()):
            image = draw(np.random.default_rng(seed))
            image.save(FOLDER / name, quality=82, optimize=True)
            table.writerow((name, label))


if __name__ == "__main__":
    main()
