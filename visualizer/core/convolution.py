"""Convolution by hand: output sizes, results, and the products behind one of them.

Dumoulin and Visin 2016, "A guide to convolution arithmetic for deep learning". As in torch.nn.functional the kernel is
not turned (cross-correlation), and padding is zeros on all sides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from visualizer.core.errors import UserError

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

KERNELS: dict[str, tuple[tuple[float, ...], ...]] = {
    "identity": ((0, 0, 0), (0, 1, 0), (0, 0, 0)),
    "blur": ((1 / 9,) * 3,) * 3,
    "sharpen": ((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
    "vertical edges": ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
    "horizontal edges": ((-1, -2, -1), (0, 0, 0), (1, 2, 1)),
    "outline": ((-1, -1, -1), (-1, 8, -1), (-1, -1, -1)),
}
"""Kernels with a name; the edges are Sobel's."""


@dataclass(frozen=True)
class Setting:
    """How a kernel of `kernel`×`kernel` walks, the same along both axes; `transposed` as torch's conv_transpose2d."""

    kernel: int = 3
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    transposed: bool = False

    @property
    def reach(self) -> int:
        """From the first to the last place that a kernel touches: d (k − 1) + 1."""
        return self.dilation * (self.kernel - 1) + 1

    def output_size(self, size: int) -> int:
        """Return the length of the output for an input of `size`; raise UserError where there would be none."""
        padded = size + 2 * self.padding
        if self.transposed:
            length = (size - 1) * self.stride - 2 * self.padding + self.reach
            if length < 1:
                raise UserError(
                    f"A padding of {self.padding} cuts away the whole output of {length + 2 * self.padding}: "
                    f"at most {(length + 2 * self.padding - 1) // 2} leaves something."
                )
            return length
        if self.reach > padded:
            raise UserError(
                f"The kernel is {self.reach} wide, its input of {size} with padding {self.padding} only {padded}: "
                f"a padding of {-(-(self.reach - size) // 2)} or a smaller kernel would fit."
            )
        return (padded - self.reach) // self.stride + 1

    def places(self, size: int) -> Places:
        """Return for each output and each kernel cell, (outputs, kernel), which input it reads; −1 for none."""
        outputs = np.arange(self.output_size(size))[:, None]
        cells = self.dilation * np.arange(self.kernel)
        if self.transposed:
            spread = outputs + self.padding - cells
            read = np.where(spread % self.stride == 0, spread // self.stride, -1)
        else:
            read = outputs * self.stride - self.padding + cells
        return np.where((read >= 0) & (read < size), read, -1)


@dataclass(frozen=True)
class Terms:
    """What one output is the sum of, each (channels, kernel, kernel); `rows`, `columns` say where the patch was read.

    `inside` is false where nothing is read: in the padding, or between the inputs of a transposed convolution.
    """

    patch: Floats
    weights: Floats
    inside: npt.NDArray[np.bool_]
    rows: Places
    columns: Places

    @property
    def products(self) -> Floats:
        return self.patch * self.weights

    @property
    def result(self) -> float:
        return float(self.products.sum())


def convolve(values: Floats, weights: Floats, setting: Setting) -> Floats:
    """Return the output (height, width) of an input (channels, height, width) and one kernel for each channel."""
    rows, columns = (setting.places(size) for size in values.shape[1:])
    padded = np.pad(values, ((0, 0), (0, 1), (0, 1)))  # −1 reads the zero behind the end
    patches = padded[:, rows[:, None, :, None], columns[None, :, None, :]]
    return np.asarray(np.einsum("cyxij,cij->yx", patches, weights))


def terms(values: Floats, weights: Floats, setting: Setting, row: int, column: int) -> Terms:
    """Return what the output at one place is the sum of."""
    rows, columns = (setting.places(size)[at] for size, at in zip(values.shape[1:], (row, column), strict=True))
    inside = (rows[:, None] >= 0) & (columns[None, :] >= 0)
    patch = np.where(inside, values[:, rows[:, None], columns[None, :]], 0.0)
    return Terms(patch, weights, np.broadcast_to(inside, patch.shape), rows, columns)


def size_formula(setting: Setting, size: int) -> str:
    """Return the formula of the output's length with its numbers, in TeX."""
    k, s, p, d = setting.kernel, setting.stride, setting.padding, setting.dilation
    if setting.transposed:
        return (
            r"\text{output} = (n - 1) s - 2p + d (k - 1) + 1"
            rf" = {size - 1} \cdot {s} - 2 \cdot {p} + {d} \cdot {k - 1} + 1 = {setting.output_size(size)}"
        )
    return (
        r"\text{output} = \left\lfloor \frac{n + 2p - d (k - 1) - 1}{s} \right\rfloor + 1 = "
        rf"\left\lfloor \frac{{{size} + 2 \cdot {p} - {d} \cdot {k - 1} - 1}}{{{s}}} \right\rfloor + 1"
        f" = {setting.output_size(size)}"
    )
