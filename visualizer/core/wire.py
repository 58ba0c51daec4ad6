"""Messages as bytes: a length of four bytes, then msgpack. Arrays travel as raw bytes, nothing is ever pickled."""

from __future__ import annotations

import struct
from typing import Any, Generic, TypeVar

import msgspec
import numpy as np

from visualizer.core.frames import Frame
from visualizer.core.messages import Command

LIMIT = 1 << 30
_ARRAY = 1
_LENGTH = struct.Struct("<I")
_DTYPES = ("<f4", "<i8", "|u1", "|b1")
Message = TypeVar("Message")


def encode(message: Any) -> bytes:
    """Return a message with its length in front."""
    payload = _encoder.encode(message)
    return _LENGTH.pack(len(payload)) + payload


class Decoder(Generic[Message]):
    """Collects bytes as they come and gives back whole messages of one union of types."""

    def __init__(self, message_type: Any) -> None:
        self._decoder = msgspec.msgpack.Decoder(message_type, ext_hook=_extension, dec_hook=_array)
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Message]:
        """Return the messages that `data` completes; raise ValueError on bytes that are no message."""
        self._buffer += data
        messages: list[Message] = []
        start = 0
        while len(self._buffer) - start >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._buffer, start)
            if length > LIMIT:
                raise ValueError(f"a message of {length} bytes is longer than the limit of {LIMIT}")
            end = start + _LENGTH.size + length
            if len(self._buffer) < end:
                break
            with memoryview(self._buffer) as view:  # its arrays stay views of this one copy
                payload = bytes(view[start + _LENGTH.size : end])
            messages.append(self._decoder.decode(payload))
            start = end
        if start:
            del self._buffer[:start]
        return messages


def command_decoder() -> Decoder[Command]:
    """Return a decoder for what the engine reads."""
    return Decoder(Command)


def frame_decoder() -> Decoder[Frame]:
    """Return a decoder for what the window reads."""
    return Decoder(Frame)


def _encode_array(value: Any) -> msgspec.msgpack.Ext:
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{type(value).__name__} cannot be sent")
    contiguous = np.ascontiguousarray(value)
    contiguous = contiguous.astype(contiguous.dtype.newbyteorder("<"), copy=False)
    if contiguous.dtype.str not in _DTYPES:
        raise TypeError(f"an array of {contiguous.dtype} cannot be sent")
    head = msgspec.msgpack.encode((contiguous.dtype.str, value.shape))
    return msgspec.msgpack.Ext(_ARRAY, _LENGTH.pack(len(head)) + head + contiguous.tobytes())


def _extension(code: int, data: memoryview) -> Any:
    if code != _ARRAY:
        raise ValueError(f"unknown extension {code}")
    (length,) = _LENGTH.unpack_from(data)
    start = _LENGTH.size + length
    dtype, shape = msgspec.msgpack.decode(data[_LENGTH.size : start], type=tuple[str, tuple[int, ...]])
    if dtype not in _DTYPES:
        raise ValueError(f"an array of {dtype} is not accepted")
    return np.frombuffer(data[start:], dtype=dtype).reshape(shape)


def _array(expected: Any, value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value
    raise ValueError(f"expected an array, got {type(value).__name__}")


_encoder = msgspec.msgpack.Encoder(enc_hook=_encode_array)
