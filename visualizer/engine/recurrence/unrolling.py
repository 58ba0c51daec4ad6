"""A recurrent call computed again, step by step, and backpropagation through time through what was computed.

Werbos 1990. The gradient that the recording has at the results is the start; autograd does the rest, so that each
gradient is the total derivative of the loss, along all paths.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import torch
from torch import Tensor
from torch.nn import functional

from visualizer.engine.recurrence.call import RecurrentCall
from visualizer.engine.recurrence.cells import State


@dataclass(frozen=True)
class Track:
    """One layer in one direction; rows are time steps in the order of the sequence.

    `inputs` (steps, batch, features), `vectors` by name, (steps, batch, units). `difference` is the largest
    difference between the results of the whole call as computed here and as recorded, of numbers beyond one in their
    own size.
    """

    inputs: Tensor
    initial: State
    vectors: dict[str, Tensor]
    difference: float
    backward: Callable[[], dict[str, Tensor]]

    @cached_property
    def gradients(self) -> dict[str, Tensor]:
        """dL/d of each of `vectors`, none where no gradient comes to this call.

        They take twice as long as the vectors and are worked out when they are first asked for.
        """
        return self.backward()


def unroll(call: RecurrentCall, layer: int = 0, reverse: bool = False, cuts: Collection[int] = ()) -> Track:
    """Return one layer and direction of a call, opened; raise UserError for one that it does not have.

    `cuts` are the steps before which the gradient is cut: their state from the step before is taken as a constant.
    """
    call.check(layer, reverse)
    with torch.enable_grad():
        sequence = call.inputs.detach().clone().requires_grad_()
        finals: dict[str, list[Tensor]] = {name: [] for name in call.cell.states}
        for number in range(call.layers):
            ways = []
            for direction in range(call.directions):
                initial = {name: state[number * call.directions + direction] for name, state in call.initial.items()}
                steps = _run(call, _suffix(number, direction), sequence, initial, cuts)
                if (number, bool(direction)) == (layer, reverse):
                    wanted, wanted_inputs, wanted_initial = steps, sequence, initial
                for name in call.cell.states:
                    finals[name].append(steps[0 if direction else -1][name])
                ways.append(torch.stack([step["h"] for step in steps]))
            sequence = torch.cat(ways, dim=-1)
        results = [sequence, *(torch.stack(states) for states in finals.values())]
    return Track(
        inputs=wanted_inputs.detach(),
        initial=wanted_initial,
        vectors={name: torch.stack([step[name] for step in wanted]).detach() for name in wanted[0]},
        difference=max(map(_difference, results, call.results)),
        backward=partial(_gradients, call, results, wanted),
    )


def _difference(mine: Tensor, own: Tensor) -> float:
    return float(((mine.detach() - own).abs() / own.abs().clamp_min(1.0)).max())


def _suffix(layer: int, direction: int) -> str:
    return f"_l{layer}" + ("_reverse" if direction else "")


def _run(call: RecurrentCall, suffix: str, sequence: Tensor, initial: State, cuts: Collection[int]) -> list[State]:
    """Return all vectors of all steps of one layer and direction, in the order of the sequence."""
    weights = call.weights
    given = functional.linear(sequence, weights[f"weight_ih{suffix}"], weights.get(f"bias_ih{suffix}"))
    order = range(len(sequence))
    steps: dict[int, State] = {}
    state = initial
    for step in reversed(order) if suffix.endswith("_reverse") else order:
        if step in cuts:
            state = {name: vector.detach() for name, vector in state.items()}
        remembered = functional.linear(state["h"], weights[f"weight_hh{suffix}"], weights.get(f"bias_hh{suffix}"))
        state = steps[step] = call.cell.step(given[step], remembered, state)
    return [steps[step] for step in order]


def _gradients(call: RecurrentCall, results: Sequence[Tensor], steps: Sequence[State]) -> dict[str, Tensor]:
    """Return dL/d of every vector of every step."""
    if not call.result_gradients:
        return {}
    names = list(steps[0])
    starts = list(call.result_gradients)
    found = torch.autograd.grad(
        [results[place] for place in starts],
        [step[name] for name in names for step in steps],
        [call.result_gradients[place] for place in starts],
        allow_unused=True,
        materialize_grads=True,
    )
    return {name: torch.stack(found[place * len(steps) : (place + 1) * len(steps)]) for place, name in enumerate(names)}
