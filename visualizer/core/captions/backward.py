"""What each operation does to the gradient on the way back."""

from __future__ import annotations

from visualizer.core.captions import recurrent
from visualizer.core.captions.caption import Caption
from visualizer.core.captions.operation import REARRANGING, Operation
from visualizer.core.quantities import Kind

_ASKS = "Each weight asks: how much did I move the loss? The error times what came in."
_WEIGHT = r"\partial L / \partial W"


def describe(operation: Operation) -> Caption:
    """Return how the gradient passes an operation, and the size of what it leaves there."""
    if operation.node.kind == "input":
        return Caption("The gradient ends here: the input is not changed.")
    if operation.gradient is None and operation.trained is None:
        return Caption("No gradient comes here: nothing trained lies before, or the way back is cut.")
    if operation.frozen:
        return _with_error(operation, "Frozen: the gradient passes through, its own weights stay.", r"\Delta W = 0")
    if operation.trained is not None:
        sentence, formula = _LEARNING.get(operation.kind, _ANY)
        symbol = rf"\lVert {formula.partition(' = ')[0]} \rVert"
        name = next(name for name in operation.node.parameters if name in operation.recording.parameter_gradients)
        of: tuple[Kind, str] = ("parameter_gradient", name)
        return Caption(sentence, formula, symbol, operation.trained.norm, of=of, is_norm=True)
    sentence, formula = _PASSING.get(operation.kind, _chain_rule(operation))
    return _with_error(operation, sentence, formula)


def _with_error(operation: Operation, sentence: str, formula: str) -> Caption:
    gradient = operation.gradient
    if gradient is None:
        return Caption(sentence, formula)
    of: tuple[Kind, str] = ("gradient", operation.node.id)
    return Caption(sentence, formula, r"\lVert \delta \rVert", gradient.norm, of=of, is_norm=True)


def _chain_rule(operation: Operation) -> tuple[str, str]:
    name = operation.kind.replace("_", " ")
    return (
        f"The gradient goes back through “{name}” by the chain rule.",
        r"\delta_x = \delta_y \, \partial y / \partial x",
    )


_NORM = (
    "Scale γ and shift β of each channel learn from all of its errors.",
    r"\partial L / \partial \gamma = \sum \delta \, \hat z",
)
_ANY = (
    "Each parameter asks: how much did I move the loss?",
    r"\partial L / \partial \theta = \sum \delta \, \partial y / \partial \theta",
)
_CONVOLUTIONS = ("conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
_LEARNING = {
    **recurrent.LEARNING,
    **dict.fromkeys(_CONVOLUTIONS, (_ASKS, rf"{_WEIGHT} = \sum \delta \, x")),
    "linear": (_ASKS, rf"{_WEIGHT} = \delta \, x^{{\top}}"),
    **dict.fromkeys(("batch_norm", "layer_norm", "group_norm", "instance_norm"), _NORM),
}

_SAME = r"\delta_x = \delta_y"
_REARRANGED = ("The gradient goes back into the old arrangement; no value changes.", _SAME)
_LARGEST = (
    "Only the largest value of each window gets the gradient, the others get none.",
    r"\delta_i = \delta \ \text{if } x_i \text{ is the largest, else } 0",
)
_SHARED = ("The gradient is shared out equally over each window.", r"\delta_i = \delta / n")

_PASSING = {
    "leaky_relu": (
        "The gradient passes where the value was positive; elsewhere only a part of it, the slope, does.",
        r"\delta_z = \delta_a \odot (1 \ \text{if } z > 0 \text{, else the slope})",
    ),
    "relu": (
        "The gradient passes where the value was positive; elsewhere it stops.",
        r"\delta_z = \delta_a \odot [z > 0]",
    ),
    "tanh": (
        "The flatter the curve at a value, the less of its gradient passes.",
        r"\delta_z = \delta_a \odot (1 - a^2)",
    ),
    "sigmoid": (
        "The flatter the curve at a value, the less of its gradient passes.",
        r"\delta_z = \delta_a \odot a (1 - a)",
    ),
    "add": ("A sum hands the same gradient to both of its branches.", r"\delta_1 = \delta_2 = \delta_y"),
    "softmax": (
        "Probabilities compete: what one gains the others lose, and so do their gradients.",
        r"\delta_k = p_k \, (g_k - \sum_j p_j g_j)",
    ),
    **dict.fromkeys(("max_pool1d", "max_pool2d", "max_pool3d"), _LARGEST),
    **dict.fromkeys(("avg_pool1d", "avg_pool2d", "adaptive_avg_pool1d", "adaptive_avg_pool2d"), _SHARED),
    **dict.fromkeys(REARRANGING, _REARRANGED),
    **dict.fromkeys(
        ("dropout", "dropout1d", "dropout2d"), ("Dropout is off here: the gradient passes as it is.", _SAME)
    ),
    **dict.fromkeys(
        ("getitem", "select", "narrow"),
        ("The part that was taken gets the gradient; what was left out gets zero.", _SAME),
    ),
    "pad": ("The margin's gradient is dropped; the rest passes as it is.", _SAME),
    "cat": ("The gradient is cut apart, to each branch its own piece.", _SAME),
    "cross_entropy": (
        "The error starts as the difference between what was predicted and what is right.",
        r"\partial L / \partial z_k = p_k - [k = y]",
    ),
    "mse_loss": (
        "The error starts as twice the distance between what was given and what is wanted.",
        r"\partial L / \partial y_i = 2 \, (y_i - t_i) / n",
    ),
}
