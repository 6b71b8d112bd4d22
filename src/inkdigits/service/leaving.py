"""How a service gives up its address: whoever has a connection is answered first, and nobody else gets one."""

from __future__ import annotations

import asyncio
import ctypes
import selectors
import socket
import struct
import sys
from contextlib import suppress

__all__ = ["take_in_who_waits"]

# A program of the kernel's packet filter, an instruction a line: drop what asks for a connection (SYN without ACK), let
# pass all that belongs to one.
_NO_NEWCOMERS = (
    (0x30, 0, 0, 13),  # load the byte with TCP's flags
    (0x54, 0, 0, 0x12),  # keep SYN and ACK
    (0x15, 0, 1, 0x02),  # if it is SYN alone
    (0x06, 0, 0, 0),  # drop the packet
    (0x06, 0, 0, 0xFFFFFFFF),  # else let it pass
)


async def take_in_who_waits(listeners: list[socket.socket]) -> None:
    """Return when nobody waits to be accepted at some addresses, to which the kernel makes no more connections.

    The kernel makes connections ahead of the service and keeps them in a queue, with requests that may be in them. When
    a listener is closed, it resets those that are still there: for their clients, requests are lost.
    """
    loop = asyncio.get_running_loop()
    begin = loop.time()
    with selectors.DefaultSelector() as waiting:
        for listener in listeners:
            _shut(listener)
            waiting.register(listener, selectors.EVENT_READ)
        await asyncio.sleep(0.25)  # for connections that are half made when the door is shut, from far away too
        while waiting.select(0) and loop.time() < begin + 5.0:  # where the door cannot be shut, newcomers do not end
            await asyncio.sleep(0.02)  # the event loop is what accepts


def _shut(listener: socket.socket) -> None:
    """Have the kernel make no more connections to an address.

    A newcomer's packet gets no answer; it is sent again after a second, and refused then, for the listener is closed.
    Elsewhere than on Linux nothing happens.
    """
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in _NO_NEWCOMERS))
    if sys.platform == "linux":
        with suppress(OSError):  # a sandbox without packet filters
            reference = struct.pack("HP", len(_NO_NEWCOMERS), ctypes.addressof(program))
            # SO_ATTACH_FILTER of Linux; Python has no name for it
            listener.setsockopt(socket.SOL_SOCKET, 26, reference)
