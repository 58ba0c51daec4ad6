"""What a network said at a time step, what that cost, and how large the gradient is: as what can be asked about."""

from __future__ import annotations

import numpy as np

from visualizer.core.frames import Explanation, Factors, Operand, Products, Recording, Unrolled
from visualizer.core.messages import Explain
from visualizer.core.numbers import exact, rounded
from visualizer.ui.explanations.questions import Number, Question, Told
from visualizer.ui.explanations.told import number_tex, told
from visualizer.ui.sequences.column import find_norms
from visualizer.ui.sequences.number import CUT, inside
from visualizer.ui.sequences.unrolling import find
from visualizer.ui.sequences.words import said_at, step_title


def loss_at(frame: Unrolled, recording: Recording, place: int) -> Number | None:
    """Return the loss of one time step; the only one is the loss itself."""
    said = said_at(frame, place)
    if said is None or frame.outcome is None:
        return None
    hover = f"loss of {step_title(frame, place)}: {exact(said.loss)}"
    if len(frame.outcome.steps) == 1:
        return Number(Explain(recording.graph.loss, ()), hover)
    return Number(_of_softmax(frame, place, loss=True), hover) if frame.outcome.classes else None


def answer_at(frame: Unrolled, recording: Recording, place: int) -> Number | None:
    """Return the probability of what is right at one time step, or the number that was given there."""
    said = said_at(frame, place)
    if said is None or frame.outcome is None:
        return None
    question: Question = _of_softmax(frame, place, loss=False)
    if not frame.outcome.classes:
        name = recording.graph.outputs[0]
        question = Explain(name, _logits(frame, recording, place)[0].index)
    return Number(question, said.full)


def input_at(frame: Unrolled, recording: Recording, place: int) -> Number | None:
    """Return the number of the sample that is read at a time step; of a one-hot letter its 1."""
    name = next(node.id for node in recording.graph.nodes if node.kind == "input")
    if recording.activations[name].values.shape != frame.inputs.shape:
        return None  # a higher layer, or the sample is read in another form
    index = (place, int(frame.inputs[place].argmax()))
    return Number(Explain(name, index), f"input of {step_title(frame, place)}: {exact(float(frame.inputs[index]))}")


def norm_at(frame: Unrolled, place: int) -> Number | None:
    """Return the norm of the gradient of the hidden state at a time step; none where no gradient comes."""
    hidden = find(frame, "h")
    if hidden is None or not len(hidden.norms):
        return None
    title = f"gradient norm at {step_title(frame, place)}"
    norm = float(hidden.norms[place])
    return Number(Told(title, lambda _: _norm(frame, place, title)), f"{title}: {exact(norm)}")


def ratio_at(frame: Unrolled, place: int, after: int) -> Number | None:
    """Return how many times as large the gradient of a time step is as that of the one from which it comes back."""
    here, there = norm_at(frame, place), norm_at(frame, after)
    if here is None or there is None:
        return None
    first, second = (float(find_norms(frame)[at]) for at in (place, after))
    title = f"gradient norm at {step_title(frame, place)}, in those of {step_title(frame, after)}"
    said = "How much of the gradient is left after one step back through time."
    operands = [Operand("a", first, "", (), "constant"), Operand("b", second, "", (), "constant")]
    shown = rf"\frac{{{number_tex(first)}}}{{{number_tex(second)}}} = {number_tex(first / second)}"

    def tell(_: Recording) -> Explanation:
        return told(title, r"\frac{a}{b}", shown, "a / b", said, first / second, operands)

    return Number(Told(title, tell, {"a": here.question, "b": there.question}), f"{title}: {exact(first / second)}")


def _norm(frame: Unrolled, place: int, title: str) -> Explanation:
    hidden = find(frame, "h")
    assert hidden is not None
    norm, values = float(hidden.norms[place]), hidden.gradients[place]
    indices = np.array([inside(frame, "h", place, unit)[1] for unit in range(len(values))], np.int64)
    side = Factors("g", values, "gradient", inside(frame, "h", place, 0)[0], indices)
    if frame.cuts:
        side = Factors("g", values, "constant", "", indices[:, :0])
    squares = Products(side, side, np.ones(len(indices), np.bool_))
    rest = norm**2 - float((hidden.gradients[place].astype(np.float64) ** 2).sum())
    left = [Operand("r", max(rest, 0.0), "", (), "constant")] if frame.note else []
    said = "The root of the squares of the gradients of all units: how much the loss depends on the state of this step."
    said += f" {CUT}" if frame.cuts else ""
    return told(
        title,
        r"\left\lVert \frac{\partial L}{\partial h_t} \right\rVert = \sqrt{\sum_i g_i^2" + (" + r}" if left else "}"),
        rf"\lVert g \rVert = {number_tex(norm)}",
        "sqrt(sum(g * g) + r)" if left else "sqrt(sum(g * g))",
        f"{said} Shown are {frame.note}; r are the squares of the others." if left else said,
        norm, left, squares,
    )  # fmt: skip


def _of_softmax(frame: Unrolled, place: int, *, loss: bool) -> Told:
    title = f"{'loss' if loss else 'probability of what is right'} at {step_title(frame, place)}"
    return Told(title, lambda recording: _softmax(frame, recording, place, title, loss))


def _softmax(frame: Unrolled, recording: Recording, place: int, title: str, loss: bool) -> Explanation:
    outcome = frame.outcome
    assert outcome is not None
    row = outcome.steps.index(place)
    target, operands = int(outcome.targets[row]), _logits(frame, recording, place)
    logit = rounded(operands[target].value, 4).replace("−", "-")
    share, shown = rf"\frac{{e^{{z_{{{target}}}}}}}{{\sum_k e^{{z_k}}}}", rf"\frac{{e^{{{logit}}}}}{{\sum_k e^{{z_k}}}}"
    name = f"“{outcome.classes[target]}”"
    if not loss:
        result = float(outcome.outputs[row, target])
        said = f"Softmax: the exponential of the logit of {name}, which is right, divided by the sum of those of all."
        return told(title, rf"p_{{{target}}} = {share}", rf"{shown} = {number_tex(result)}",
                    f"exp(z[{target}]) / sum(exp(z))", said, result, operands)  # fmt: skip
    result = float(outcome.losses[row])
    counted = len(outcome.targets) and int((outcome.targets >= 0).sum())
    said = f"Minus the logarithm of the probability of {name}, which is right. The loss is the mean of {counted} such."
    return told(title, rf"L_t = -\log {share}", rf"-\log {shown} = {number_tex(result)}",
                f"logsumexp(z) - z[{target}]", said, result, operands)  # fmt: skip


def _logits(frame: Unrolled, recording: Recording, place: int) -> list[Operand]:
    """Return what the network gave out at a time step."""
    assert frame.outcome is not None
    name = recording.graph.outputs[0]
    values = recording.activations[name].values
    row = frame.outcome.steps.index(place)
    first = (row,) if values.ndim == 2 else ()
    given = values[row] if values.ndim == 2 else values.reshape(-1)
    return [Operand(f"z_{{{k}}}", float(value), name, (*first, k)) for k, value in enumerate(given)]
