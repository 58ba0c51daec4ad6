"""What each operation does on the way forward."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from visualizer.core.captions import recurrent, tex
from visualizer.core.captions.caption import Caption
from visualizer.core.captions.operation import REARRANGING, Operation
from visualizer.core.frames import Recording
from visualizer.core.numbers import rounded, shape_text, whole

LOSSES = ("cross_entropy", "mse_loss")
"""Operations that are a whole loss."""

_SMALL = ("no", "one", "two", "three", "four", "five")


def describe(operation: Operation) -> Caption:
    """Return what an operation computes, how, and the strongest value it gave in this pass."""
    sentence, symbol, formula = _account(operation)
    output = operation.output
    if operation.kind in LOSSES and output is not None:
        return Caption(sentence, formula, "L", operation.recording.loss, of=("activation", operation.node.id))
    name, number = tex.strongest(symbol, output) if output is not None else ("", math.nan)
    return Caption(sentence, formula, name, number, of=("activation", operation.node.id))


def short_name(operation: Operation) -> str:
    """Return a few words for an operation that follows another: `batch norm`, `plus the input carried over`."""
    if operation.kind == "add":
        return _ADDED[operation.carried_over]
    return _SHORT.get(operation.kind, operation.kind.replace("_", " "))


_SHORT = {"relu": "ReLU", "getitem": "taking a part", "pad": "a margin of zeros"}
_ADDED = {
    "unchanged": "plus the block's input, carried over unchanged",
    "cut": "plus the block's input, cut to size",
    "": "plus the other branch",
}
_Account = tuple[str, str, str]  # sentence, symbol of a value, formula


def _account(operation: Operation) -> _Account:
    if operation.node.kind == "input":
        return f"Here {_numbers(operation.shape)} go in.", "x", "x"
    if operation.node.kind == "constant" and operation.node.operation == "target":
        return "What is right for this sample: it comes with the data.", "y", ""
    if operation.node.kind == "constant":
        return f"A constant of {_numbers(operation.shape)}.", "c", ""
    return _DESCRIBERS.get(operation.kind, _unknown)(operation)


def _plural(count: int, word: str) -> str:
    return {1: f"the one {word}", 2: f"both {word}s"}.get(count, f"all {whole(count)} {word}s")


def _convolution(operation: Operation) -> _Account:
    outputs, inputs = operation.shape[0], operation.input_shape[0]
    read = inputs // operation.number("groups", 1)
    reads = _plural(inputs, "channel") if read == inputs else f"{whole(read)} of {whole(inputs)} channels"
    stride, kernel = operation.sizes("stride"), operation.sizes("kernel_size")
    formula = r"z = \sum w \, x + b" if operation.has_bias else r"z = \sum w \, x"
    kernels = "One kernel" if outputs == 1 else f"Each of the {whole(outputs)} kernels"
    if set(stride) == {2} and [2 * size for size in operation.shape[1:]] == list(operation.input_shape[1:]):
        sentence = f"{_place(operation)} halves the picture: each kernel jumps two pixels and reads {reads}."
    elif any(step > 1 for step in stride):
        jump = " by ".join(_SMALL[step] if step < len(_SMALL) else str(step) for step in sorted(set(stride)))
        sentence = f"{kernels} reads {reads} and jumps {jump} pixels: {operation.becomes}."
    elif kernel and set(kernel) == {1}:
        sentence = f"{kernels} mixes {reads}, one pixel at a time."
    else:
        window = f" {shape_text(tuple(kernel))} pixels" if kernel else " a small window"
        sentence = f"{kernels} slides over the picture and weighs{window} of {reads}."
    return sentence, "z", formula


def _place(operation: Operation) -> str:
    word = operation.node.module.split(".")[0]
    name = word.rstrip("0123456789")
    return f"{name} {word[len(name) :]}".strip().capitalize() or "This layer"


def _transposed(operation: Operation) -> _Account:
    kernel = shape_text(tuple(operation.sizes("kernel_size")))
    return f"Each value is spread out over {kernel} pixels: {operation.becomes}.", "z", r"z = \sum w \, x"


def _linear(operation: Operation) -> _Account:
    outputs, inputs = operation.shape[-1], operation.input_shape[-1]
    neurons = "The neuron" if outputs == 1 else f"Each of the {whole(outputs)} neurons"
    bias = ", and a bias" if operation.has_bias else ""
    formula = r"z = W x + b" if operation.has_bias else r"z = W x"
    return f"{neurons} adds up {_plural(inputs, 'input')}, each times a weight of its own{bias}.", "z", formula


def _batch_norm(operation: Operation) -> _Account:
    remembered = operation.node.attributes.get("track_running_stats", True)
    source = "the mean and spread met in training" if remembered else "its own mean and spread"
    stretched = ", then stretched by γ and moved by β" if operation.node.parameters else ""
    formula = r"y = \gamma \, (z - \mu) / \sqrt{\sigma^2 + \epsilon} + \beta"
    plain = r"y = (z - \mu) / \sqrt{\sigma^2 + \epsilon}"
    return (
        f"Each of the {whole(operation.shape[0])} channels is centred and scaled by {source}{stretched}.",
        "y",
        formula if stretched else plain,
    )


def _layer_norm(operation: Operation) -> _Account:
    formula = r"y = \gamma \, (x - \mu) / \sqrt{\sigma^2 + \epsilon} + \beta"
    return "The values are centred and scaled by their own mean and spread.", "y", formula


def _relu(operation: Operation) -> _Account:
    output = operation.output
    counted = "Negative values become zero."
    if output is not None and not output.note:
        passed = int(np.count_nonzero(output.values > 0))
        counted = f"Negative values become zero: {whole(passed)} of {whole(output.values.size)} pass."
    return counted, "a", r"a = \max(0, z)"


def _pointwise(sentence: str, formula: str) -> Callable[[Operation], _Account]:
    return lambda operation: (sentence, "a", formula)


def _damped(operation: Operation) -> _Account:
    return "Each value is bent by itself: negative ones are damped.", "a", ""


def _add(operation: Operation) -> _Account:
    if len(operation.input_shapes) < 2:
        return "The same number is added to each value.", "y", "y = x + c"
    if operation.carried_over == "unchanged":
        return "The block adds its input, carried over unchanged, to what it computed.", "y", "y = F(x) + x"
    if operation.carried_over == "cut":
        return "The block adds its input, cut to size, to what it computed.", "y", "y = F(x) + x"
    return "Two branches meet: their values are added one by one.", "y", r"y = x_1 + x_2"


def _multiply(operation: Operation) -> _Account:
    if len(operation.input_shapes) < 2:
        return "Each value is multiplied by the same number.", "y", r"y = c \, x"
    return "Two branches meet: their values are multiplied one by one.", "y", r"y = x_1 \odot x_2"


def _max_pool(operation: Operation) -> _Account:
    kernel = shape_text(tuple(operation.sizes("kernel_size")))
    window = f"each {kernel} window" if operation.sizes("kernel_size") else "each window"
    return f"Of {window} only the largest value stays: {operation.becomes}.", "a", r"a = \max_i \, x_i"


def _mean_pool(operation: Operation) -> _Account:
    formula = r"a = \frac{1}{n} \sum_i \, x_i"
    if all(size == 1 for size in operation.shape[1:]):
        maps = "The map becomes" if operation.shape[0] == 1 else f"Each of the {whole(operation.shape[0])} maps becomes"
        return f"{maps} one number, the mean of its {shape_text(operation.input_shape[1:])} values.", "a", formula
    return f"Each window becomes one number, its mean: {operation.becomes}.", "a", formula


def _reshape(operation: Operation) -> _Account:
    before, after = operation.input_shape, operation.shape
    if len(after) == 1 and len(before) != 1:
        return f"The {shape_text(before)} values are laid out in one row of {whole(after[0])}; none changes.", "x", ""
    size = "" if before == after else f", {operation.becomes}"
    return f"The values are arranged anew{size}; none changes.", "x", ""


def _part(operation: Operation) -> _Account:
    return f"A part is taken out: {operation.becomes}.", "x", ""


def _pad(operation: Operation) -> _Account:
    return f"A margin is laid around: {operation.becomes}.", "x", ""


def _cat(operation: Operation) -> _Account:
    shapes = " and ".join(shape_text(shape) for shape in operation.input_shapes)
    return f"Side by side: {shapes} become {shape_text(operation.shape)}; no value changes.", "x", ""


def _softmax(operation: Operation) -> _Account:
    count = whole(operation.shape[-1] if operation.shape else 1)
    return f"{count} logits become probabilities that sum to one.", "p", r"p_k = e^{z_k} / \sum_j e^{z_j}"


def _log_softmax(operation: Operation) -> _Account:
    count = whole(operation.shape[-1] if operation.shape else 1)
    return f"{count} logits become the logarithms of probabilities.", "p", r"\log p_k = z_k - \log \sum_j e^{z_j}"


def _cross_entropy(operation: Operation) -> _Account:
    recording = operation.recording
    target = recording.target
    if target < 0 and len(recording.wanted) > 1:
        return _cross_entropy_of_steps(recording)
    if not 0 <= target < len(recording.probabilities):
        return "The loss is large where the right class gets a small probability.", "L", r"L = -\log p_y"
    name = operation.classes[target] if target < len(operation.classes) else f"class {target}"
    share = rounded(100 * float(recording.probabilities[target]), 3)
    formula = rf"L = -\log p_{{\text{{{tex.words(name)}}}}}"
    return f"The right class, “{name}”, gets {share} % of the probability: the less, the larger the loss.", "L", formula


def is_regression(recording: Recording) -> bool:
    """Return whether what is wanted are numbers, one for each that the network gives."""
    outputs = [recording.activations[name] for name in recording.graph.outputs if name in recording.activations]
    return recording.target < 0 and 0 < len(recording.wanted) == sum(output.values.size for output in outputs)


def _squared_error(operation: Operation) -> _Account:
    recording = operation.recording
    wanted = len(recording.wanted)
    if not is_regression(recording) or wanted != 1:
        return "The loss is the mean squared distance to what is wanted.", "L", r"L = \frac{1}{n} \sum_i (y_i - t_i)^2"
    given = float(recording.activations[recording.graph.outputs[0]].values.reshape(-1)[0])
    sentence = (
        f"Given is {rounded(given)}, wanted {rounded(float(recording.wanted[0]))}: the loss is their distance, squared."
    )
    return sentence, "L", "L = (y - t)^2"


def _cross_entropy_of_steps(recording: Recording) -> _Account:
    steps = whole(int(np.count_nonzero(recording.wanted >= 0)))
    share = rounded(100 * math.exp(-recording.loss), 3)
    sentence = f"At {steps} steps the right class gets {share} % of the probability, as a geometric mean."
    return sentence, "L", r"L = -\frac{1}{n} \sum_t \log p_{y_t}"


def _dropout(operation: Operation) -> _Account:
    return "Dropout acts only in training: here every value passes as it is.", "a", "a = x"


def _embedding(operation: Operation) -> _Account:
    return f"Each index picks its row of {whole(operation.shape[-1])} numbers from a table.", "x", ""


def _unknown(operation: Operation) -> _Account:
    name = operation.kind.replace("_", " ")
    if not operation.input_shapes:
        return f"“{name}” gives {_numbers(operation.shape)}.", "y", ""
    given = " and ".join(_numbers(shape) for shape in operation.input_shapes)
    return f"“{name}” computes {_numbers(operation.shape)} from {given}.", "y", ""


def _numbers(shape: tuple[int, ...]) -> str:
    return "one number" if all(size == 1 for size in shape) else f"{shape_text(shape)} numbers"


_DESCRIBERS: dict[str, Callable[[Operation], _Account]] = {
    **dict.fromkeys(("conv1d", "conv2d", "conv3d"), _convolution),
    **dict.fromkeys(("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"), _transposed),
    **dict.fromkeys(("layer_norm", "group_norm", "instance_norm"), _layer_norm),
    **dict.fromkeys(("max_pool1d", "max_pool2d", "max_pool3d"), _max_pool),
    **dict.fromkeys(("avg_pool1d", "avg_pool2d", "adaptive_avg_pool1d", "adaptive_avg_pool2d"), _mean_pool),
    **dict.fromkeys(REARRANGING, _reshape),
    **dict.fromkeys(("getitem", "select", "narrow", "chunk", "split"), _part),
    **dict.fromkeys(("dropout", "dropout1d", "dropout2d", "alpha_dropout"), _dropout),
    **dict.fromkeys(("leaky_relu", "elu", "gelu", "silu", "softplus"), _damped),
    **recurrent.DESCRIBERS,
    "linear": _linear,
    "batch_norm": _batch_norm,
    "relu": _relu,
    "neg": _pointwise("Each value changes its sign.", "a = -z"),
    "mean": _pointwise("All values are averaged.", r"a = \frac{1}{n} \sum_i \, x_i"),
    "tanh": _pointwise("Each value is squeezed between −1 and 1.", r"a = \tanh z"),
    "sigmoid": _pointwise("Each value is squeezed between 0 and 1.", r"a = 1 / (1 + e^{-z})"),
    "add": _add,
    "mul": _multiply,
    "pad": _pad,
    "cat": _cat,
    "softmax": _softmax,
    "log_softmax": _log_softmax,
    "cross_entropy": _cross_entropy,
    "mse_loss": _squared_error,
    "embedding": _embedding,
}
