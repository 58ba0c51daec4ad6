"""What is worked out of other passes: probabilities, forecasts and their errors, and how long gradients last."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from torch import Tensor

from visualizer.core import catalogue
from visualizer.core.errors import UserError, unknown
from visualizer.core.frames import Factors, Operand
from visualizer.core.passes import Named, put_together
from visualizer.core.topics.sequences import Forecast
from visualizer.engine.datasets.sunspots import SCALE
from visualizer.engine.explain import tex
from visualizer.engine.explain.element import Account, constant, evaluated, product
from visualizer.engine.explain.opened import opened
from visualizer.engine.recurrence.call import recurrent_nodes
from visualizer.engine.recurrence.forecasting import check_series, forecast
from visualizer.engine.recurrence.passes import OtherPasses, given_to, input_of, output_of

LAST = 20  # mini-batches that a figure at the end of a comparison is the mean of
Told = tuple[float, Account]
_ERROR = "error of "
_PROBABILITY = "probability of "


def figure(passes: OtherPasses, named: Named, index: tuple[int, ...]) -> Told:
    """Return a figure and how it comes about; raise UserError where there is no such."""
    if named.kind == "text" and named.quantity.startswith(_PROBABILITY):
        return _probability(passes, named)
    if named.kind == "forecast" and named.quantity.startswith(_ERROR):
        return _error(passes, named, named.quantity.removeprefix(_ERROR))
    known = {"forecast": _FORECASTS, "compared": _COMPARED}.get(named.kind, {})
    if named.quantity not in known:
        raise unknown(f"figure of a {named.kind}", named.quantity, known)
    return known[named.quantity](passes, named, index)


def _probability(passes: OtherPasses, named: Named) -> Told:
    made = passes.made(named)
    logits: Tensor = made.seen.output[0]
    of_sign, _, degrees = named.quantity.removeprefix(_PROBABILITY).rpartition(" at ")
    sign, temperature = catalogue.dataset(made.experiment.dataset).classes.index(of_sign), float(degrees)
    last, of = len(logits) - 1, ""
    name = put_together(*named[:1], *named.parts, quantity=output_of(made))
    operands = [Operand(f"z_{{{k}}}", float(z), name, (last, k)) for k, z in enumerate(logits[last])]
    if temperature == 0:
        said = "At temperature 0 the sign with the largest logit is taken for certain, and no other."
        chosen = float(int(logits[last].argmax()) == sign)
        return chosen, Account(f"z[{sign}] == max(z)", said, operands)
    shown = tex.number(operands[sign].value)
    said = f"Softmax: the exponential of the logit of this sign, divided by the sum of those of all {len(operands)}."
    if temperature != 1:
        of = f" / {temperature:g}"
        said += f" All logits are divided by the temperature T = {temperature:g} before."
        operands.append(constant("T", temperature))
    over = " / T" if of else ""
    return float((logits[last] / temperature).softmax(-1)[sign]), Account(
        f"exp(z[{sign}]{over} - logsumexp(z{over}))",
        said,
        operands,
        formula=rf"p_{{{sign}}} = \frac{{e^{{z_{{{sign}}}{over}}}}}{{\sum_k e^{{z_k{over}}}}}",
        numbers=rf"\frac{{e^{{{shown}{of}}}}}{{\sum_k e^{{z_k{of}}}}}",
    )


# Forecasts, in the unit of the series.


def _scaled(passes: OtherPasses, named: Named, index: tuple[int, ...], *, free: bool) -> Told:
    step, start, _ = named.parts
    (place,) = index
    of = ("free", step, start, place) if free else ("sample", step, int(start) + place)
    made = passes.made(Named(of[0], tuple(map(str, of[1:])), ""))
    y = Operand("y", float(made.seen.output[0, 0]), put_together(*of, quantity=output_of(made)), (0,))
    said = "What the network gives out for the window before this year, in hundreds, times a hundred."
    if free:
        said += " Running free, the window holds its own forecasts as soon as it has made some."
    return float(made.seen.output[0, 0] * SCALE), Account(
        "s * y", said, [y, constant("s", SCALE)], formula=r"s \cdot y"
    )


def _observed(passes: OtherPasses, named: Named, index: tuple[int, ...]) -> Told:
    training = passes.origin(named).run.training
    sample = int(named.parts[1]) + index[0]
    value = float(training.data.validation_targets[sample, 0] * SCALE)
    said = f"What was observed, {training.data.label(sample)}: it comes with the data."
    return value, Account("v", said, [constant("v", value)])


def _repeated(passes: OtherPasses, named: Named, index: tuple[int, ...]) -> Told:
    step, start, _ = named.parts
    made = passes.made(Named("sample", (step, start), ""))
    last = len(given_to(made)) - 1
    return _read(passes, step, int(start) + index[0], last, "A forecast that needs no network: the year before.")


def _before(passes: OtherPasses, named: Named, index: tuple[int, ...]) -> Told:
    step, start, _ = named.parts
    return _read(passes, step, int(start), index[0], "The window that the forecasts begin with.")


def _read(passes: OtherPasses, step: str, sample: int, place: int, said: str) -> Told:
    """Return a number that the network reads."""
    made = passes.made(Named("sample", (step, str(sample)), ""))
    value = given_to(made)[place, 0]
    x = Operand("x", float(value), put_together("sample", step, sample, quantity=input_of(made)), (place, 0), "data")
    account = Account("s * x", f"{said} The data hold it in hundreds.", [x, constant("s", SCALE)], formula=r"s \cdot x")
    return float(value * SCALE), account


def _error(passes: OtherPasses, named: Named, of: str) -> Told:
    start, length = map(int, named.parts[1:])
    training = passes.training(named)
    check_series(training.experiment.dataset)
    with training.freezer.evaluating():
        made = forecast(training.network, training.data, Forecast(start, length), training.steps_done)
    last = np.concatenate([made.before[-1:], made.observed[:-1]])
    values = {"one step ahead": made.one_step, "running free": made.free_running, "repeated": last}
    if of not in values:
        raise unknown("forecast", of, values)
    operands = [
        Operand(f"{symbol}_{{{k}}}", float(value), put_together("forecast", *named.parts, quantity=name), (k,), "inner")
        for symbol, name, line in (("y", of, values[of]), ("o", "observed", made.observed))
        for k, value in enumerate(line)
    ]
    count = len(made.observed)
    said = f"The root of the mean of the squared differences between {count} forecasts y and what was observed, o."
    formula = r"\sqrt{\frac{1}{n} \sum_i (y_i - o_i)^2}"
    account = Account("sqrt(sum((y - o)**2) / n)", said, [*operands, constant("n", count)], formula=formula)
    return evaluated(account), account


_FORECASTS: dict[str, Callable[[OtherPasses, Named, tuple[int, ...]], Told]] = {
    "one step ahead": partial(_scaled, free=False),
    "running free": partial(_scaled, free=True),
    "repeated": _repeated,
    "observed": _observed,
    "before": _before,
}


# Networks that are compared.


def _norm(passes: OtherPasses, named: Named, index: tuple[int, ...]) -> Told:
    gradients, node = _state_gradients(passes, named)
    (step,) = index
    if not 0 <= step < len(gradients):
        raise UserError(f"There is no time step {step}: they are numbered from 0 to {len(gradients) - 1}.")
    values = gradients[step].numpy()
    places = np.array([(0, step, unit) for unit in range(len(values))], np.int64)
    name = put_together("compared", *named.parts, quantity=f"{node}/h")
    side = Factors("g", values, "gradient", name, places)
    said = "The root of the squares of the gradients of all units: how much the loss depends on the state of this step."
    result = float(torch.linalg.vector_norm(gradients[step], dtype=torch.float64))
    formula = r"\left\lVert \frac{\partial L}{\partial h_t} \right\rVert = \sqrt{\sum_i g_i^2}"
    return result, Account("sqrt(sum(g * g))", said, products=product(side, side), formula=formula)


def _kept(passes: OtherPasses, named: Named, _: tuple[int, ...]) -> Told:
    norms = torch.linalg.vector_norm(_state_gradients(passes, named)[0], dim=-1, dtype=torch.float64)
    largest = int(norms.argmax())
    name = put_together("compared", *named.parts, quantity="norm of ∂L/∂h")
    first, most = (Operand(symbol, float(norms[at]), name, (at,), "inner") for symbol, at in (("a", 0), ("b", largest)))
    said = f"The norm of the gradient at the first step, divided by the largest of all, that at step {largest + 1}."
    account = Account("a / b", said, [first, most], formula=r"\frac{a}{b}")
    return evaluated(account), account


def _at_last(passes: OtherPasses, named: Named, _: tuple[int, ...], *, metric: str, symbol: str) -> Told:
    last = int(named.parts[1])
    steps = range(max(last - LAST, 0), last)
    training = passes.origin(named).run.at(steps.start)
    results = [training.step() for _ in steps]
    name = put_together("compared", *named.parts, quantity=metric)
    operands = [
        Operand(f"{symbol}_{{{k}}}", getattr(result, metric), name, (step,), "metric")
        for k, (step, result) in enumerate(zip(steps, results, strict=True))
    ]
    said = f"The mean of the last {len(operands)} mini-batches, each as it was before its update."
    formula = rf"\frac{{1}}{{n}} \sum_i {symbol}_i"
    account = Account(f"sum({symbol}) / n", said, [*operands, constant("n", len(operands))], formula=formula)
    return evaluated(account), account


def _state_gradients(passes: OtherPasses, named: Named) -> tuple[Tensor, str]:
    """Return dL/dh of the sample of the comparison, (steps, units), and the recurrent node."""
    scene = passes.made(named).scene
    node = scene.seen.graph.node[recurrent_nodes(scene.seen.graph)[0].id]
    return opened(scene, node, 0).gradients["h"][:, 0], node.id


_COMPARED: dict[str, Callable[[OtherPasses, Named, tuple[int, ...]], Told]] = {
    "norm of ∂L/∂h": _norm,
    "gradient kept": _kept,
    "mean of last losses": partial(_at_last, metric="loss", symbol="L"),
    "mean of last accuracies": partial(_at_last, metric="accuracy", symbol="a"),
}
