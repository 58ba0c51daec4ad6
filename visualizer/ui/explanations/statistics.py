"""Statistics of tensors and of gradients that the window has worked out, with all the numbers they are made of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

from visualizer.core.frames import Explanation, Factors, Operand, Products, Recording, TensorView
from visualizer.core.messages import Explain
from visualizer.core.numbers import whole
from visualizer.core.quantities import Kind
from visualizer.ui.explanations.questions import Told, title_of
from visualizer.ui.explanations.told import number_tex, told

Statistic = Literal["lowest", "highest", "mean", "standard deviation", "norm"]
STATISTICS: tuple[Statistic, ...] = ("lowest", "highest", "mean", "standard deviation", "norm")


def tensor(recording: Recording, kind: Kind, name: str) -> TensorView | None:
    """Return a tensor of a recording as it was sent."""
    tables: dict[str, dict[str, TensorView]] = {
        "activation": recording.activations,
        "gradient": recording.gradients,
        "parameter": recording.parameters,
        "parameter_gradient": recording.parameter_gradients,
        "update": recording.updates,
    }
    return tables[kind].get(name) if kind in tables else None


def strongest(recording: Recording, kind: Kind, name: str) -> Explain:
    """Return the question for the value of a tensor that is farthest from zero."""
    view = tensor(recording, kind, name)
    if view is None or not view.values.size:
        return Explain(name, (), kind)
    place = np.unravel_index(int(np.abs(np.nan_to_num(view.values)).argmax()), view.values.shape)
    return Explain(name, tuple(int(at) for at in place), kind)


def statistic(kind: Kind, name: str, which: Statistic) -> Told:
    """Return the question for what is typical of a whole tensor."""
    return Told(
        f"{which} of {title_of(Explain(name, (), kind))}", partial(_statistic, kind=kind, name=name, which=which)
    )


def overview(kind: Kind, name: str) -> Told:
    """Return the question for a whole tensor: its mean, with all its values, and what else is typical of it."""
    leads = {f"\\text{{{which}}}": statistic(kind, name, which) for which in STATISTICS if which != "mean"}

    def tell(recording: Recording) -> Explanation:
        mean, view = _statistic(recording, kind, name, "mean"), tensor(recording, kind, name)
        if view is None:
            return mean
        values = (view.minimum, view.maximum, view.standard_deviation, view.norm)
        more = [Operand(symbol, value, "", kind="constant") for symbol, value in zip(leads, values, strict=True)]
        return msgspec.structs.replace(mean, operands=[*mean.operands, *more])

    return Told(f"mean of {title_of(Explain(name, (), kind))}", tell, leads)


def _statistic(recording: Recording, kind: Kind, name: str, which: Statistic) -> Explanation:
    view = tensor(recording, kind, name)
    title = f"{which} of {title_of(Explain(name, (), kind))}"
    if view is None:
        return told(title, "", "", "", "It is not in this recording.", math.nan)
    if which in ("lowest", "highest"):
        return _extreme(view, kind, name, which, title)
    count, result = math.prod(view.shape), {"mean": view.mean, "norm": view.norm}.get(which, view.standard_deviation)
    said = {"mean": "The sum of all {} values, divided by their number.",
            "norm": "The root of the sum of the squares of all {} values.",
            "standard deviation": "Of all {} values: the root of the mean square less the squared mean."}  # fmt: skip
    formula, expression = _FORMULAS[which]
    sentence = said[which].format(whole(count))
    operands = [] if which == "norm" else [Operand("n", float(count), "", kind="constant")]
    operands += [Operand("m", view.mean, "", kind="constant")] if which == "standard deviation" else []
    if view.note:
        sentence += f" Only {view.note} were sent, so not all terms can be listed."
        return told(title, formula, number_tex(result), expression, sentence, result, operands)
    products = _squares(view, kind, name) if which != "mean" else _once(view, kind, name)
    return told(title, formula, f"= {number_tex(result)}", expression, sentence, result, operands, products)


_FORMULAS: dict[str, tuple[str, str]] = {
    "mean": (r"m = \frac{1}{n} \sum_i x_i", "sum(x * u) / n"),
    "norm": (r"\lVert x \rVert = \sqrt{\sum_i x_i^2}", "sqrt(sum(x * x))"),
    "standard deviation": (r"s = \sqrt{\frac{1}{n} \sum_i x_i^2 - m^2}", "sqrt(sum(x * x) / n - m**2)"),
}


def _extreme(view: TensorView, kind: Kind, name: str, which: str, title: str) -> Explanation:
    low = which == "lowest"
    result = view.minimum if low else view.maximum
    places = np.argwhere(view.values == np.float32(result)) if view.values.size else np.zeros((0, 0))
    sign = r"\min" if low else r"\max"
    said = f"The {which} of {whole(math.prod(view.shape))} values"
    if not len(places):
        operand = Operand("x", result, "", kind="constant")
        said += f"; it lies outside of the part that was sent ({view.note})."
    else:
        operand = Operand("x", result, name, tuple(int(at) for at in places[0]), kind)
        said += f"; {len(places)} of them are equal, this is the first." if len(places) > 1 else "; this is the one."
    return told(title, rf"{sign}_i \, x_i", f"x = {number_tex(result)}", "x", said, result, [operand])


def _indices(view: TensorView) -> npt.NDArray[np.int64]:
    shape = view.values.shape
    return np.moveaxis(np.indices(shape), 0, -1).reshape(-1, len(shape)).astype(np.int64)


def _factors(view: TensorView, kind: Kind, name: str) -> Factors:
    return Factors("x", view.values.reshape(-1), kind, name, _indices(view))


def _once(view: TensorView, kind: Kind, name: str) -> Products:
    ones = np.ones(view.values.size, np.float32)
    counted = Factors("u", ones, "constant", "", np.zeros((len(ones), 0), np.int64))
    return Products(_factors(view, kind, name), counted, np.ones(len(ones), np.bool_))


def _squares(view: TensorView, kind: Kind, name: str) -> Products:
    side = _factors(view, kind, name)
    return Products(side, side, np.ones(len(side.values), np.bool_))


def layer_norm(title: str, parameters: Sequence[str]) -> Told:
    """Return the question for the norm of the gradient of some parameters together, in the recorded pass."""
    leads = {f"g_{{{number}}}": statistic("parameter_gradient", name, "norm") for number, name in enumerate(parameters)}

    def tell(recording: Recording) -> Explanation:
        known = recording.parameter_gradients
        norms = [known[name].norm if name in known else 0.0 for name in parameters]
        return _together(f"gradient norm of {title}", norms, f"Of {', '.join(parameters)}, for this one sample.")

    return Told(f"gradient norm of {title}", tell, leads)


def step_norm(title: str, layers: Sequence[tuple[str, float]], step: int) -> Told:
    """Return the question for the norm of the gradient of some layers together, at a step of training."""
    leads = {f"g_{{{n}}}": Explain(f"gradient_norm/{layer}", (step,), "metric") for n, (layer, _) in enumerate(layers)}
    named = f"gradient norm of {title} at step {step}"
    said = f"Of {', '.join(layer for layer, _ in layers)}, for the mini-batch of step {step}."
    return Told(named, lambda recording: _together(named, [norm for _, norm in layers], said), leads)


def _together(title: str, norms: Sequence[float], said: str) -> Explanation:
    operands = [Operand(f"g_{{{n}}}", norm, "", (), "constant") for n, norm in enumerate(norms)]
    result = math.sqrt(sum(norm**2 for norm in norms))
    squares = " + ".join(rf"{{{number_tex(norm)}}}^2" for norm in norms)
    formula = r"\lVert g \rVert = \sqrt{\sum_i \lVert g_i \rVert^2}"
    numbers = rf"\sqrt{{{squares}}} = {number_tex(result)}"
    return told(title, formula, numbers, "sqrt(sum(g * g))", f"The norms, squared and added up. {said}",
                result, operands)  # fmt: skip


def share(name: str, index: tuple[int, ...]) -> Told:
    """Return the question for the share of one weight in the gradient of its layer."""
    title = f"share of {title_of(Explain(name, index, 'parameter_gradient'))}"
    return Told(title, partial(_share, title=title, name=name, index=index))


def _share(recording: Recording, title: str, name: str, index: tuple[int, ...]) -> Explanation:
    view = recording.parameter_gradients[name]
    total = float(np.abs(view.values.astype(np.float64)).sum())
    value = float(view.values[index])
    result = 100 * abs(value) / total if total else 0.0
    signs = np.sign(view.values).reshape(-1).astype(np.float32)
    products = Products(
        _factors(view, "parameter_gradient", name),
        Factors("s", signs, "constant", "", np.zeros((len(signs), 0), np.int64)),
        np.ones(len(signs), np.bool_),
    )
    return told(
        title, r"100 \cdot \frac{|g|}{\sum_i |g_i|}",
        rf"100 \cdot \frac{{{number_tex(abs(value))}}}{{{number_tex(total)}}} = {number_tex(result)}",
        "100 * abs(g) / sum(x * s)",
        f"How much of the layer's gradient is this weight's, in per cent of the sum of all {len(signs)} sizes.",
        result, [Operand("g", value, name, index, "parameter_gradient")], products,
    )  # fmt: skip
