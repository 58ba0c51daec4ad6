"""What is happening now, in one sentence, one formula and one number, all true for the recorded pass."""

from __future__ import annotations

import msgspec

from visualizer.core import catalogue
from visualizer.core.captions import backward, forward, tex
from visualizer.core.captions.caption import Caption
from visualizer.core.captions.operation import COPYING, Operation
from visualizer.core.frames import Recording
from visualizer.core.numbers import rounded, shape_text, whole
from visualizer.core.timeline import Phase, SceneState, Station, Timeline
from visualizer.core.topics.pictures import OWN

__all__ = ["COMPLETE", "Caption", "caption", "node_caption"]

COMPLETE = 0.999
"""From this much of its last operation on a station counts as complete."""


def caption(
    recording: Recording,
    timeline: Timeline,
    scene: SceneState,
    *,
    optimizer: str,
    classes: tuple[str, ...] = (),
    closely: bool = False,
) -> Caption:
    """Return the caption of the station at the playhead, which holds still while the station's operations run.

    `closely` follows them one by one, for who has the time to read; a complete station is always told as a whole.
    `optimizer` is a catalogue id, `classes` the names of the classes (their numbers where there are none).
    """
    station = timeline.stations[scene.station]
    if station.phase == "input":
        return _input_caption(recording, station, classes)
    if station.phase == "update":
        return _update_caption(recording, optimizer)
    complete = scene.active == station.nodes[-1] and scene.fill > COMPLETE
    if closely and scene.active != station.leader and not complete:
        return node_caption(recording, scene.active, station.phase, classes)
    kinds = {recording.graph.node[node].operation for node in station.nodes}
    if station.phase == "loss" and kinds.isdisjoint(forward.LOSSES):
        return Caption(f"The loss is put together in {whole(len(station.nodes))} operations.", "", "L", recording.loss)
    first = node_caption(recording, station.leader, station.phase, classes)
    followers = [node for node in station.nodes if node != station.leader] if station.phase == "forward" else []
    return msgspec.structs.replace(first, then=_then(recording, followers))


def node_caption(recording: Recording, node: str, phase: Phase, classes: tuple[str, ...] = ()) -> Caption:
    """Return the caption of one node in the forward pass, the loss or the backward pass."""
    operation = Operation(recording, node, classes)
    return backward.describe(operation) if phase == "backward" else forward.describe(operation)


def _input_caption(recording: Recording, station: Station, classes: tuple[str, ...]) -> Caption:
    shapes = [recording.activations[node].shape for node in station.nodes if node in recording.activations]
    sizes = " and ".join(shape_text(shape) for shape in shapes)
    numbers = "one number" if sizes == "1" else f"{sizes} numbers"
    what = "Your own input" if recording.sample == OWN else f"Sample {whole(recording.sample)}"
    given = f"{what} goes in: {numbers}."
    if recording.target >= 0:
        target = classes[recording.target] if recording.target < len(classes) else str(recording.target)
        known = "It is compared with" if recording.sample == OWN else "Its class is"
        return Caption(f"{given} {known} “{target}”.", rf"y = \text{{{tex.words(target)}}}")
    if forward.is_regression(recording) and len(recording.wanted) == 1:
        return Caption(
            f"{given} Wanted is {rounded(float(recording.wanted[0]))}.", "t", "t", float(recording.wanted[0])
        )
    return Caption(given)


def _update_caption(recording: Recording, optimizer: str) -> Caption:
    entry = catalogue.optimizer(optimizer)
    moved = sum(tex.count(update.shape) for update in recording.updates.values())
    if not moved:
        return Caption("No weight moves: all that this pass would change is frozen.")
    sizes = {name: max(abs(update.minimum), abs(update.maximum)) for name, update in recording.updates.items()}
    name = max(sizes, key=sizes.__getitem__)
    return Caption(
        f"For this one sample {entry.title} would move {whole(moved)} parameters a little downhill.",
        entry.update,
        r"\max \, |\Delta \theta|",
        sizes[name],
        of=("update", name),
    )


def _then(recording: Recording, nodes: list[str]) -> str:
    operations = [Operation(recording, node) for node in nodes]
    if any(operation.carried_over == "cut" for operation in operations):
        operations = [operation for operation in operations if operation.kind not in COPYING]
    names = [forward.short_name(operation) for operation in operations]
    if not names:
        return ""
    return f"Then {' and '.join(filter(None, (', '.join(names[:-1]), names[-1])))}."
