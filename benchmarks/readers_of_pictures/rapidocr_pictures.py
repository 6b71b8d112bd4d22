"""RapidOCR with the models that come with it: `rapidocr_pictures.py THREADS`.

Used as it reads digits best: what holds one line at most goes to its text recogniser as a whole, and to its detector
first only where the recogniser finds no digit; a page goes to the detector. Text is never turned over, which would make
a 6 of a 9. As in RapidOCR itself, what scores below 0.5 does not count.
"""

import sys
from importlib.metadata import version

import cv2
from conversation import converse, only_digits
from layout import in_lines
from rapidocr import RapidOCR

LEAST = 0.5

threads = int(sys.argv[1])
cv2.setNumThreads(threads)
onnxruntime = "EngineConfig.onnxruntime"
ONE_LINE = ("single", "nothing", "string", "boxes", "cheque")  # kinds of pictures that are one line at most
engine = RapidOCR(
    params={
        "Global.log_level": "critical",
        "Global.text_score": LEAST,
        f"{onnxruntime}.intra_op_num_threads": threads,
        f"{onnxruntime}.inter_op_num_threads": threads,
    }
)


def recognise(path: str) -> str:
    """Return the digits of a picture that is one line."""
    found = engine(path, use_det=False, use_cls=False, use_rec=True)
    return only_digits(text for text, score in zip(found.txts or (), found.scores or (), strict=True) if score >= LEAST)


def detect(path: str) -> str:
    """Return the digits of a picture with any number of lines."""
    found = engine(path, use_det=True, use_cls=False, use_rec=True)
    return only_digits(in_lines(found.boxes, found.txts)) if found.txts else ""


def read(path: str, kind: str) -> tuple[str, None]:
    """Read a picture."""
    return (recognise(path) if kind in ONE_LINE else "") or detect(path), None


converse(version("rapidocr"), read)
