"""SIGHUP, which asks for the model to be loaded again: it waits until there is someone to hear it."""

from __future__ import annotations

import os
import signal
from multiprocessing import parent_process

__all__ = ["RELOAD", "ask_all_workers", "hear_reloads", "hold_reloads"]

RELOAD = getattr(signal, "SIGHUP", None)  # Windows has none


def hold_reloads() -> None:
    """Keep the signal waiting, also for processes started from now on: unheard, it would end them."""
    if RELOAD is not None:
        signal.pthread_sigmask(signal.SIG_BLOCK, {RELOAD})


def hear_reloads() -> None:
    """Let the signal in that waits, and those to come."""
    if RELOAD is not None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {RELOAD})


def ask_all_workers() -> None:
    """Ask for it in every process of the service, if this one is a worker among others: their parent passes it on."""
    parent = parent_process()
    if RELOAD is not None and parent is not None and parent.pid is not None:
        os.kill(parent.pid, RELOAD)
