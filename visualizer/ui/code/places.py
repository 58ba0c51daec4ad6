"""Where in the pass a line of code runs."""

from __future__ import annotations

from visualizer.core.script import Line
from visualizer.core.timeline import Timeline

_JUST_BEFORE = 1e-3


def time_of(line: Line, timeline: Timeline) -> float | None:
    """Return the instant at which what the line says is complete, None where it is never lit."""
    stations = [station for station in timeline.stations if station.phase == line.phase]
    if not stations:
        return None
    if not line.nodes:
        return stations[0].end - _JUST_BEFORE
    moments = []
    for station in stations:
        share = (station.end - station.start) / max(len(station.nodes), 1)
        for place, node in enumerate(station.nodes):
            if node in line.nodes:
                moments.append(station.start + (place + 1) * share - _JUST_BEFORE)
    return moments[-1] if moments else None


def node_of(line: Line) -> str:
    """Return the node that a line is about, "" for a whole phase."""
    return line.nodes[-1] if line.nodes else ""
