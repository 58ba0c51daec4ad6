"""What plots can be asked that no single value of the recording is: places of a plane, means over steps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from visualizer.core.frames import Explanation, Operand, Recording, Surface
from visualizer.core.history import History
from visualizer.core.messages import Explain
from visualizer.core.numbers import exact, rounded, whole
from visualizer.ui.explanations.questions import Number, Told
from visualizer.ui.explanations.told import number_tex, told


def on_surface(surface: Surface, element: int) -> Number | None:
    """Return the loss at a stop of the path, or, counted on from there, at a place of the plane; None if not known."""
    count = len(surface.trajectory)
    if element < count:
        step, value = surface.trajectory_steps[element], float(surface.trajectory_loss[element])
        title = f"loss of the weights of step {whole(step)}"
        place, how = r"\theta_t", "The weights as they were at that step, and not only their shadow on the plane"
        operands = [Operand("t", float(step), "the step of the run", kind="constant")]
    else:
        row, column = divmod(element - count, len(surface.x))
        x, y, value = float(surface.x[column]), float(surface.y[row]), float(surface.values[row, column])
        title = f"loss at x {rounded(x)}, y {rounded(y)}"
        place = r"\theta + x \, d_1 + y \, d_2"
        how = f"The weights of step {whole(surface.step)}, moved by x along one direction and by y along the other"
        operands = [
            Operand("x", x, "steps along the first direction", kind="constant"),
            Operand("y", y, "steps along the second direction", kind="constant"),
        ]
    if np.isnan(value):
        return None
    formula = rf"L({place}) = \frac{{1}}{{n}} \sum_i L_i = {number_tex(value)}"
    sentence = f"{how}; then the mean loss of {whole(surface.sample_count)} held-out samples. The way ends here."
    operands += [
        Operand("n", float(surface.sample_count), "held-out samples", kind="constant"),
        Operand("L", value, "their mean loss, computed by the engine", kind="constant"),
    ]
    question = Told(title, lambda _: told(title, formula, "", "L", sentence, value, operands))
    return Number(question, f"{title}\n{exact(value)}")


def answer(step: int, point: Sequence[float], names: Sequence[str], values: Sequence[float]) -> Told:
    """Return the question for what the network answers at a place: `names` are classes, or empty for numbers."""
    where = ", ".join(rounded(value) for value in point)
    title = f"answer at ({where})"
    first = int(np.argmax(values)) if names else 0
    symbol = "p" if names else "y"
    operands = [Operand(f"x_{{{n}}}", value, "of this place", kind="constant") for n, value in enumerate(point)]
    operands += [
        Operand(f"{symbol}_{{{n}}}", value, names[n] if names else "output", kind="constant")
        for n, value in enumerate(values)
    ]
    function = r"\text{softmax}(f(x))" if names else "f(x)"
    sentence = f"The network of step {whole(step)}, run forward with this place as its input."
    if names:
        sentence += f" The largest probability is that of “{names[first]}”."
    sentence += " Click a held-out sample, and its pass can be followed number by number."

    def tell(_: Recording) -> Explanation:
        return told(title, f"{symbol} = {function}", "", f"max({symbol})", sentence, float(values[first]), operands)

    return Told(title, tell)


def mean_of_steps(history: History, metric: str, window: int) -> Number | None:
    """Return the last value of a smoothed line, of "loss" or "accuracy" while training; None before the first step."""
    values = getattr(history, metric)[-(window // 2 + 1) :]
    steps = history.steps[-(window // 2 + 1) :]
    finite = np.isfinite(values)
    if not finite.any():
        return None
    steps, values = steps[finite].tolist(), values[finite].astype(np.float64)
    symbol, factor, unit = ("A", 100, " %") if metric == "accuracy" else ("L", 1, "")
    result = factor * float(values.mean())
    title = f"mean {metric} of {len(steps)} steps" if len(steps) > 1 else f"{metric} of the last step"
    operands = [Operand("n", float(len(steps)), "steps", kind="constant")]
    operands += [Operand(f"{symbol}_{{{n}}}", float(value), "", kind="constant") for n, value in enumerate(values)]
    leads = {f"{symbol}_{{{n}}}": Explain(metric, (int(step),), "metric") for n, step in enumerate(steps)}
    formula = rf"\frac{{{factor}}}{{n}} \sum_i {symbol}_i"
    sentence = "The line is smoothed: each of its points is the mean over the measured steps around it."
    numbers, expression = f"= {number_tex(result)}", f"{factor} * sum({symbol}) / n"
    question = Told(title, lambda _: told(title, formula, numbers, expression, sentence, result, operands), leads)
    return Number(question, f"{title}\n{exact(result)}{unit}")
