"""Where training computes, and in which precision."""

from __future__ import annotations

import ctypes
import os
import platform
from contextlib import AbstractContextManager
from functools import cache

import torch

from inkdigits.errors import UsageError, argument, printable

_TOLD = "INKDIGITS_BFLOAT16"


def find_device(name: str = "auto") -> torch.device:
    """Return the device of a name: "cpu", "cuda", "cuda:1", …; "auto" is a CUDA device where there is one.

    Raises:
        UsageError: there is none of that name on this machine.

    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise UsageError(
            f"there is no device '{printable(name)}' that torch can use on this machine",
            f"try {argument('device', 'cpu')}",
        ) from error
    return device


def has_fast_bfloat16(device: torch.device) -> bool:
    """Return whether the device multiplies bfloat16 faster than float32.

    CPUs without instructions for it emulate them: measured at 5 to 15 times slower than float32. Where the environment
    variable `INKDIGITS_BFLOAT16` is "on" or "off", that counts: a run on another processor can then be compared.

    Raises:
        UsageError: the variable is something else.

    """
    told = os.environ.get(_TOLD, "")
    if told not in ("", "on", "off"):
        raise UsageError(f"{_TOLD} is '{printable(told)}'", "set it to on or off, or not at all")
    return told == "on" if told else _is_fast_with_bfloat16(device)


@cache
def _is_fast_with_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    capabilities = torch.backends.cpu.get_cpu_capability()
    return bool(capabilities == "AVX512" and torch.cpu._is_avx512_bf16_supported())


def autocast(precision: str, device: torch.device) -> AbstractContextManager[object]:
    """Return the context in which a recipe's matrix products are computed: bfloat16 where "auto" and fast."""
    fast = precision == "auto" and has_fast_bfloat16(device)
    return torch.autocast(device.type, torch.bfloat16, enabled=fast)


@cache
def keep_freed_memory() -> None:
    """Ask the C library to keep the memory that tensors free, for the next ones.

    By default glibc gives blocks of more than 128 KiB back to the system at once, so that each step touches all its
    activations' pages anew: a tenth of the time of a small convnet's step. Other C libraries are left alone.
    """
    if platform.libc_ver()[0] != "glibc":
        return
    library = ctypes.CDLL(None)
    trim_threshold, mmap_threshold, all_of_it = -1, -3, 2**31 - 1  # malloc.h's M_TRIM_THRESHOLD, M_MMAP_THRESHOLD
    library.mallopt(mmap_threshold, 2**30)
    library.mallopt(trim_threshold, all_of_it)
