"""What recurrent operations do, on the way forward and back through time."""

from __future__ import annotations

from collections.abc import Callable

from visualizer.core.captions.operation import Operation
from visualizer.core.numbers import whole

_MEMORY = r"c_t = f_t \odot c_{t-1} + i_t \odot g_t, \quad h_t = o_t \odot \tanh c_t"
_DOES = {
    "lstm": ("forget a share of their memory, add to it, and show a share of it", _MEMORY),
    "gru": (
        "keep a share of their last value and fill the rest anew",
        r"h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}",
    ),
    "rnn_tanh": ("mix the input with their own last values", r"h_t = \tanh(W x_t + U h_{t-1} + b)"),
    "rnn_relu": ("mix the input with their own last values", r"h_t = \max(0, W x_t + U h_{t-1} + b)"),
}
_THROUGH_TIME = (
    "The gradient comes back through time, and each weight learns from all steps.",
    r"\partial L / \partial W = \sum_t \delta_t \, x_t^{\top}",
)
LEARNING = dict.fromkeys(_DOES, _THROUGH_TIME)


def _describe(operation: Operation) -> tuple[str, str, str]:
    does, formula = _DOES[operation.kind]
    units = whole(operation.number("hidden_size", operation.shape[-1]))
    steps = operation.shape[0]
    when = f"At each of {whole(steps)} steps" if steps > 1 else "In one step"
    return f"{when} {units} {'cells' if operation.kind == 'lstm' else 'units'} {does}.", "h", formula


DESCRIBERS: dict[str, Callable[[Operation], tuple[str, str, str]]] = dict.fromkeys(_DOES, _describe)
