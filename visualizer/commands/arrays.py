"""An input of the user's own, from a .npy file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from visualizer.core.errors import UserError

if TYPE_CHECKING:
    from torch import Tensor


def read_array(path: Path) -> Tensor:
    """Return the array of a .npy file; raise UserError where it is no array of finite numbers."""
    import numpy as np
    import torch

    try:
        array = np.load(path, allow_pickle=False)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}.") from None
    except MemoryError:
        raise UserError(f"{path} does not fit into the memory, or is damaged.") from None
    except (ValueError, EOFError) as error:
        raise UserError(f"{path} is no .npy file of numbers: {str(error).splitlines()[0].rstrip('.')}.") from None
    if not isinstance(array, np.ndarray):
        raise UserError(f"{path} holds several arrays: give a .npy file with one.")
    if array.dtype.kind not in "fiu":
        raise UserError(f"{path} holds values of type {array.dtype}, it has to hold real numbers.")
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        first = ", ".join(map(str, bad[0].tolist()))
        raise UserError(f"{path} holds NaN or infinite values, the first at ({first}): it has to hold finite ones.")
    kind = np.float64 if array.dtype.kind == "f" else np.int64
    return torch.from_numpy(np.ascontiguousarray(array, kind))


def sizes(shape: Sequence[int]) -> str:
    """Return a shape as it is said: 1×28×28, or ()."""
    return "×".join(map(str, shape)) or "()"
