"""Reading safetensors files that may come from anybody: the header is checked against limits before anything else.

Format: the header's length (uint64, little-endian), the header (JSON: name to dtype, shape, offsets), the bytes.
The library itself accepts headers that cost it seconds and hundreds of megabytes.
"""

from __future__ import annotations

import math
import struct
from pathlib import Path

import msgspec
import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor

from visualizer.core.errors import UserError, reason_of
from visualizer.core.files import is_file

HEADER_LIMIT = 8 << 20
TENSOR_LIMIT = 20_000
_LENGTH = struct.Struct("<Q")
_PICKLED = (".pt", ".pth", ".bin", ".ckpt", ".pkl", ".pickle", ".pt2")
_BYTES = {
    "BOOL": 1, "U8": 1, "I8": 1, "I16": 2, "U16": 2, "F16": 2, "BF16": 2, "I32": 4, "U32": 4, "F32": 4,
    "I64": 8, "U64": 8, "F64": 8,
}  # fmt: skip


class Entry(msgspec.Struct, frozen=True):
    """What the header says about one tensor; offsets count from the end of the header."""

    dtype: str
    shape: tuple[int, ...]
    data_offsets: tuple[int, int]


class Header(msgspec.Struct, frozen=True):
    """The tensors of a file by name, and its card."""

    tensors: dict[str, Entry]
    metadata: dict[str, str]


def read(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a file; raise UserError where it is foreign, damaged or beyond the limits."""
    read_header(path)
    try:
        return safetensors.torch.load(path.read_bytes())
    except OSError as error:
        raise _unreadable(path, error) from error
    except (SafetensorError, ValueError, KeyError, TypeError, RuntimeError, OverflowError) as error:
        raise _damaged(path, reason_of(error)) from error


def read_header(path: Path) -> Header:
    """Return what a file holds without reading its tensors; raise UserError as `read` does."""
    if path.suffix.lower() in _PICKLED:
        raise UserError(f"{path} may hold code: weights are read from .safetensors files only.")
    if not is_file(path):
        raise UserError(f"There is no file {path} to read weights from.")
    try:
        with path.open("rb") as file:
            length = _header_length(path, file.read(_LENGTH.size))
            available = path.stat().st_size - _LENGTH.size - length
            if available < 0:
                raise _damaged(path, "it ends inside its header")
            header = _decode(path, file.read(length))
    except OSError as error:
        raise _unreadable(path, error) from error
    _check(path, header, available)
    return header


def _header_length(path: Path, start: bytes) -> int:
    if len(start) < _LENGTH.size:
        raise _damaged(path, "it is too short")
    length: int = _LENGTH.unpack(start)[0]
    if length > HEADER_LIMIT:
        raise _damaged(path, f"its header would be longer than {HEADER_LIMIT >> 20} MB")
    return length


def _decode(path: Path, data: bytes) -> Header:
    try:
        raw = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
        metadata = msgspec.json.decode(raw.pop("__metadata__", msgspec.Raw(b"{}")), type=dict[str, str])
        if len(raw) > TENSOR_LIMIT:
            raise _damaged(path, f"it holds {len(raw)} tensors, at most {TENSOR_LIMIT} are accepted")
        return Header({name: msgspec.json.decode(entry, type=Entry) for name, entry in raw.items()}, metadata)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _damaged(path, f"its header is not readable ({reason_of(error)})") from error


def _check(path: Path, header: Header, available: int) -> None:
    """Raise UserError unless every tensor has a known dtype, as many bytes as its shape says, and lies in the file."""
    for name, entry in header.tensors.items():
        if entry.dtype not in _BYTES:
            raise UserError(f"{path}: '{name}' is of type {entry.dtype}, known are {', '.join(_BYTES)}.")
        begin, end = entry.data_offsets
        if any(length < 0 for length in entry.shape) or not 0 <= begin <= end <= available:
            raise _damaged(path, f"'{name}' lies outside of the file")
        if end - begin != math.prod(entry.shape) * _BYTES[entry.dtype]:
            raise _damaged(path, f"the size of '{name}' is not that of its shape")


def _damaged(path: Path, reason: str) -> UserError:
    return UserError(f"{path} is no safetensors file or is damaged: {reason}.")


def _unreadable(path: Path, error: OSError) -> UserError:
    return UserError(f"{path} cannot be read: {error.strerror or error}.")
