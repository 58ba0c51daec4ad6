"""What was chosen in the sandbox, remembered from one start to the next."""

from __future__ import annotations

import msgspec
import numpy as np
from PySide6.QtCore import QSettings

from visualizer.core.convolution import KERNELS, Floats

SAMPLE = "sample"
NUMBERS = {
    "size": ("Size", range(3, 17)), "channels": ("Channels", range(1, 4)), "kernel": ("Kernel", (1, 2, 3, 5, 7)),
    "stride": ("Stride", range(1, 5)), "padding": ("Padding", range(5)), "dilation": ("Dilation", range(1, 4)),
}  # fmt: skip
_FIRST = {"size": 8, "channels": 1, "kernel": 3, "stride": 1, "padding": 0, "dilation": 1}
_FIRST_KERNEL = "vertical edges"
_KEY = "sandbox"


class Choices(msgspec.Struct):
    """The input, the kernel with its name and numbers (channels, rows, columns), and how it walks."""

    source: str = SAMPLE
    named: str = _FIRST_KERNEL
    transposed: bool = False
    numbers: dict[str, int] = msgspec.field(default_factory=lambda: dict(_FIRST))
    kernel: list[list[list[float]]] = msgspec.field(
        default_factory=lambda: [[list(row) for row in KERNELS[_FIRST_KERNEL]]]
    )

    @property
    def weights(self) -> Floats:
        return np.array(self.kernel, np.float64)

    @property
    def _fits(self) -> bool:
        """Return whether all of it can be chosen."""
        size = self.numbers.get("kernel", 0)
        square = all(len(plane) == size and all(len(row) == size for row in plane) for plane in self.kernel)
        known = self.numbers.keys() == NUMBERS.keys()
        return (
            bool(self.kernel) and square and known and all(self.numbers[name] in NUMBERS[name][1] for name in NUMBERS)
        )


def remembered() -> Choices:
    """Return what was chosen last, or the first choices where nothing sensible is known."""
    try:
        known = msgspec.json.decode(str(QSettings().value(_KEY, "")), type=Choices)
    except msgspec.DecodeError:
        return Choices()
    return known if known._fits else Choices()


def remember(choices: Choices) -> None:
    QSettings().setValue(_KEY, msgspec.json.encode(choices).decode())
