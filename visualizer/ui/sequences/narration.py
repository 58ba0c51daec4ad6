"""What happens at an instant of the walk through time, in one sentence whose numbers can be asked about."""

from __future__ import annotations

from visualizer.core.frames import Recording, Unrolled
from visualizer.core.messages import Explain
from visualizer.core.numbers import exact, rounded
from visualizer.ui.explanations.questions import Number
from visualizer.ui.sequences.column import find_norms
from visualizer.ui.sequences.figure_line import Part
from visualizer.ui.sequences.playhead import Moment
from visualizer.ui.sequences.step_numbers import loss_at, norm_at, ratio_at
from visualizer.ui.sequences.words import KINDS, said_at

_MEMORY = {"rnn": "the hidden state", "lstm": "the hidden and the cell state", "gru": "the hidden state"}


def where(frame: Unrolled, moment: Moment) -> str:
    """Return the place in short: forward 3 of 12."""
    count = len(frame.names)
    rank = count - moment.place if frame.reverse else moment.place + 1
    if moment.phase == "loss":
        return "loss"
    return f"{moment.phase} {rank if moment.phase == 'forward' else count - rank + 1} of {count}"


def narrate(frame: Unrolled, moment: Moment, recording: Recording | None = None) -> list[Part]:
    """Return the sentence for a moment; losses can be asked about where the recording of the sample is known."""
    if recording is not None and recording.sample != frame.sample:
        recording = None
    if moment.phase == "forward":
        return _forward(frame, moment.place, recording)
    if moment.phase == "backward":
        return _backward(frame, moment.place)
    loss = Part(rounded(frame.loss, 4))
    if recording is not None:
        loss = Part(loss.words, Number(Explain(recording.graph.loss, ()), f"loss: {exact(frame.loss)}"))
    return [Part("All steps are read. The loss is "), loss, Part("; now its gradient goes back through time.")]


def _forward(frame: Unrolled, place: int, recording: Recording | None) -> list[Part]:
    before = place + (1 if frame.reverse else -1)
    memory = _MEMORY[frame.kind]
    name = f"“{frame.names[place]}”" if frame.names[place] else "padding"
    began = all(not state.any() for state in frame.initial.values())
    if not 0 <= before < len(frame.names):
        at_first = "zero" if began else "what the network gave it"
        sentence = f"Step {place + 1} reads {name}; {memory} began at {at_first}."
    else:
        sentence = f"Step {place + 1} reads {name} and {memory} of step {before + 1}."
    said = said_at(frame, place)
    if said is None:
        return [Part(sentence)]
    number = loss_at(frame, recording, place) if recording is not None else None
    return [Part(f"{sentence} Its loss: "), Part(rounded(said.loss), number), Part(".")]


def _backward(frame: Unrolled, place: int) -> list[Part]:
    norms = find_norms(frame)
    if not len(norms):
        said = f"No gradient comes to this {KINDS[frame.kind]}: the layers behind it are frozen, or it has no target."
        return [Part(said)]
    norm, after = float(norms[place]), place + (-1 if frame.reverse else 1)
    sentence = [
        Part(f"At step {place + 1} the gradient ‖∂L/∂h‖ is "),
        Part(rounded(norm), norm_at(frame, place)),
    ]
    if (place if frame.reverse else after) in frame.cuts:
        return [*sentence, Part(f". The window ends here: nothing comes back from step {after + 1}.")]
    if not norm > 0:
        return [*sentence, Part(": none comes back to this step.")]
    if not 0 <= after < len(norms) or not norms[after] > 0:
        return [*sentence, Part(".")]
    ratio = Part(rounded(norm / float(norms[after])), ratio_at(frame, place, after))
    return [*sentence, Part(", "), ratio, Part(f" times that of step {after + 1}.")]
