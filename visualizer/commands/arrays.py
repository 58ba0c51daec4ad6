"""An input of the user's own, from a .npy file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from visualizer.core.errors import UserError, reason_of
from visualizer.core.files import is_file

if TYPE_CHECKING:
    from torch import Tensor

_MAGIC = b"\x93NUMPY"


def read_array(path: Path) -> Tensor:
    """Return the array of a .npy file; raise UserError where it is no array of finite numbers."""
    import numpy as np
    import torch

    if not is_file(path):
        raise UserError(f"There is no file {path} to read an input from.")
    try:
        with path.open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                raise UserError(f"{path} is no .npy file: it takes one array, as numpy.save writes it.")
        array = np.load(path, allow_pickle=False)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}.") from None
    except MemoryError:
        raise UserError(f"{path} does not fit into the memory, or is damaged.") from None
    except (ValueError, EOFError) as error:
        said = "it holds Python objects" if "allow_pickle" in str(error) else reason_of(error)
        raise UserError(f"{path} is no .npy file of numbers: {said}.") from None
    if array.dtype.kind not in "fiu":
        raise UserError(f"{path} holds values of type {array.dtype}, it has to hold real numbers.")
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        first = ", ".join(map(str, bad[0].tolist()))
        raise UserError(f"{path} holds NaN or infinite values, the first at ({first}): it has to hold finite ones.")
    if array.dtype.kind in "iu" and array.size and int(array.max()) > np.iinfo(np.int64).max:
        raise UserError(f"{path} holds whole numbers beyond {np.iinfo(np.int64).max}, the largest that can be used.")
    kind = np.float64 if array.dtype.kind == "f" else np.int64
    return torch.from_numpy(np.ascontiguousarray(array, kind))


def sizes(shape: Sequence[int]) -> str:
    """Return a shape as it is said: 1×28×28, or ()."""
    return "×".join(map(str, shape)) or "()"
