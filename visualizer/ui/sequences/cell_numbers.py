"""The numbers inside of one cell: one unit at one time step, with those that its equations are made of."""

from __future__ import annotations

import numpy as np

from visualizer.core.frames import Unrolled
from visualizer.core.numbers import rounded
from visualizer.ui.sequences.unrolling import find

Numbers = dict[str, np.float32]


def cell_numbers(frame: Unrolled, place: int, unit: int) -> Numbers:
    """Return every vector's number by its name, the states before as `h-`, `c-`, and products as they are added up."""
    numbers = {vector.name: vector.values[place, unit] for vector in frame.vectors}
    before = place + (1 if frame.reverse else -1)
    for name, initial in frame.initial.items():
        vector = find(frame, name)
        assert vector is not None
        numbers[f"{name}-"] = vector.values[before, unit] if 0 <= before < len(frame.names) else initial[unit]
    if frame.kind == "lstm":
        numbers["f·c"] = numbers["f"] * numbers["c-"]
        numbers["i·g"] = numbers["i"] * numbers["g"]
    elif frame.kind == "gru":
        numbers["1-z"] = np.float32(1) - numbers["z"]
        numbers["z·h"] = numbers["z"] * numbers["h-"]
        numbers["(1-z)·n"] = numbers["1-z"] * numbers["n"]
    return numbers


def with_numbers(frame: Unrolled, name: str, numbers: Numbers) -> str:
    """Return the equation of a vector with its numbers, "" where it is a sum over all units and inputs."""

    def said(key: str) -> str:
        text = rounded(float(numbers[key]), 4)
        return f"({text})" if numbers[key] < 0 else text

    if name == "c":
        return f"{said('f')} · {said('c-')} + {said('i')} · {said('g')}"
    if name == "h" and frame.kind == "lstm":
        return f"{said('o')} · {said('tanh(c)')}"
    if name == "h" and frame.kind == "gru":
        return f"{said('1-z')} · {said('n')} + {said('z')} · {said('h-')}"
    if name == "h":
        return f"{'ReLU' if 'ReLU' in frame.vectors[-1].formula else 'tanh'} {said('a')}"
    return f"tanh {said('c')}" if name == "tanh(c)" else ""
