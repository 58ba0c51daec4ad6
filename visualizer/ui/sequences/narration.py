"""What happens at an instant of the walk through time, in one sentence."""

from __future__ import annotations

from visualizer.core.frames import Unrolled
from visualizer.core.numbers import rounded
from visualizer.ui.sequences.column import find_norms
from visualizer.ui.sequences.playhead import Moment
from visualizer.ui.sequences.words import KINDS, said_at

_MEMORY = {"rnn": "the hidden state", "lstm": "the hidden and the cell state", "gru": "the hidden state"}


def where(frame: Unrolled, moment: Moment) -> str:
    """Return the place in short: forward 3 of 12."""
    count = len(frame.names)
    rank = count - moment.place if frame.reverse else moment.place + 1
    if moment.phase == "loss":
        return "loss"
    return f"{moment.phase} {rank if moment.phase == 'forward' else count - rank + 1} of {count}"


def narrate(frame: Unrolled, moment: Moment) -> str:
    """Return the sentence for a moment."""
    if moment.phase == "forward":
        return _forward(frame, moment.place)
    if moment.phase == "loss":
        return f"All steps are read. The loss is {rounded(frame.loss, 4)}; now its gradient goes back through time."
    return _backward(frame, moment.place)


def _forward(frame: Unrolled, place: int) -> str:
    before = place + (1 if frame.reverse else -1)
    memory = _MEMORY[frame.kind]
    name = f"“{frame.names[place]}”" if frame.names[place] else "padding"
    if not 0 <= before < len(frame.names):
        return f"Step {place + 1} reads {name}; {memory} began at zero."
    sentence = f"Step {place + 1} reads {name} and {memory} of step {before + 1}."
    said = said_at(frame, place)
    return f"{sentence} Its loss: {rounded(said.loss)}." if said is not None else sentence


def _backward(frame: Unrolled, place: int) -> str:
    norms = find_norms(frame)
    if not len(norms):
        return f"No gradient comes to this {KINDS[frame.kind]}: the layers behind it are frozen, or it has no target."
    norm, after = float(norms[place]), place + (-1 if frame.reverse else 1)
    sentence = f"The gradient at the hidden state of step {place + 1} is ‖∂L/∂h‖ = {rounded(norm)}"
    if (place if frame.reverse else after) in frame.cuts:
        return f"{sentence}. The window ends here: nothing comes back from step {after + 1}."
    if not norm > 0:
        return f"{sentence}: none comes back to this step."
    if not 0 <= after < len(norms) or not norms[after] > 0:
        return f"{sentence}."
    return f"{sentence}, {rounded(norm / float(norms[after]))} times that of step {after + 1}."
