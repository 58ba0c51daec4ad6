"""The ways of drawing a network; the first that suits it is taken. A new one is a file and a line here."""

from __future__ import annotations

from visualizer.ui.canvas.card_drawing import CardDrawing
from visualizer.ui.canvas.drawing import Drawing
from visualizer.ui.canvas.neuron_drawing import NeuronDrawing
from visualizer.ui.canvas.subject import Subject

DRAWINGS: tuple[type[Drawing], ...] = (NeuronDrawing, CardDrawing)


def drawing_for(subject: Subject) -> type[Drawing]:
    """Return the way in which a network is drawn."""
    return next(drawing for drawing in DRAWINGS if drawing.suits(subject))
