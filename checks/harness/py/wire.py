"""Frames on a stream: u32 length, u64 nonce, payload, little endian; length counts the nonce and the payload.

The nonce ties an answer to its question. It is not a proof of anything: the code that answers can see it.
"""

import os
import struct

HEAD = struct.Struct("<IQ")
MAX_FRAME = 256 << 20


class Closed(EOFError):
    """The other side went away, or sent something that is not a frame."""


def _read(fd, n):
    parts = []
    while n:
        part = os.read(fd, min(n, 1 << 20))
        if not part:
            raise Closed("end of stream")
        parts.append(part)
        n -= len(part)
    return b"".join(parts)


def read_frame(fd):
    """Return (nonce, payload) of the next frame."""
    length, nonce = HEAD.unpack(_read(fd, HEAD.size))
    if not 8 <= length <= MAX_FRAME:
        raise Closed("frame length out of range")
    return nonce, _read(fd, length - 8)


def write_frame(fd, nonce, payload):
    """Write one frame, whole."""
    data = memoryview(HEAD.pack(len(payload) + 8, nonce) + payload)
    while data:
        data = data[os.write(fd, data):]
