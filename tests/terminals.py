"""Programs on a terminal of their own."""

from __future__ import annotations

import fcntl
import os
import struct
import termios


def resize(terminal: int, columns: int) -> None:
    """Give a terminal so many columns."""
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))


def read_all(terminal: int) -> str:
    """Everything that was written to a terminal until its other end was closed."""
    told = b""
    while data := _read(terminal):
        told += data
    os.close(terminal)
    return told.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other end was closed
        return b""
