"""A tensor as channels of flat pictures, and the way from a place there to an index of the tensor and back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from visualizer.core.frames import TensorView

Values = npt.NDArray[np.float32]


class Place(NamedTuple):
    """Where one value stands: its channel, and row and column in that channel's picture."""

    channel: int
    row: int
    column: int


@dataclass(frozen=True, eq=False)
class Pictures:
    """A tensor without batch dimension.

    (channels, height, width) is that many pictures, (steps, features) is one with time to the right, a `signal`
    (channels, positions) is that many pictures of one row; a vector, also one with axes of size 1 behind it, is one
    channel a value. Further axes are stacked as rows.
    """

    view: TensorView
    signal: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of what was sent, the leading part of the tensor."""
        return self.view.values.shape

    @property
    def is_vector(self) -> bool:
        return len(self.shape) < 2 or (not self.is_sequence and all(size == 1 for size in self.shape[1:]))

    @property
    def is_sequence(self) -> bool:
        return len(self.shape) == 2 and not self.signal

    @cached_property
    def values(self) -> Values:
        """(channels, rows, columns)."""
        shape = self.shape
        if self.is_vector:
            return self.view.values.reshape(-1, 1, 1)
        if self.is_sequence:
            return np.ascontiguousarray(self.view.values.T)[None]
        return self.view.values.reshape(shape[0], -1, shape[-1])

    @property
    def channels(self) -> int:
        return len(self.values)

    @cached_property
    def strongest(self) -> Place:
        """Where the largest value stands: there is something to see around it."""
        flat = int(np.abs(np.nan_to_num(self.values)).argmax())
        return Place(*(int(at) for at in np.unravel_index(flat, self.values.shape)))

    def index(self, place: Place) -> tuple[int, ...]:
        """Return the index into the tensor."""
        if self.is_sequence:
            return (place.column, place.row)
        flat = int(np.ravel_multi_index(place, self.values.shape))
        return tuple(int(at) for at in np.unravel_index(flat, self.shape)) if self.shape else ()

    def place(self, channel: int, index: tuple[int, ...]) -> Place:
        """Return the place that is looked at: row and column of `index` where it fits, else of the largest value.

        Of a vector the index alone says the channel, where it fits.
        """
        channel = min(max(channel, 0), self.channels - 1)
        if len(index) == len(self.shape) and all(0 <= at < size for at, size in zip(index, self.shape, strict=True)):
            if self.is_sequence:
                return Place(0, index[1], index[0])
            flat = int(np.ravel_multi_index(index, self.shape)) if index else 0
            found = Place(*(int(at) for at in np.unravel_index(flat, self.values.shape)))
            return found if self.is_vector else found._replace(channel=channel)
        picture = self.values[channel]
        row, column = divmod(int(np.abs(np.nan_to_num(picture)).argmax()), picture.shape[1])
        return Place(channel, row, column)


def square_rows(count: int) -> int:
    """Return the number of rows in which so many values make a nearly square picture without a gap."""
    return max(rows for rows in range(1, math.isqrt(count) + 1) if count % rows == 0)
