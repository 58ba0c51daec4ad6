"""What happens inside of one node, number by number: for the keys `,` and `.`."""

from __future__ import annotations

from visualizer.core.micro_steps.backward import arriving_steps, leaving_steps
from visualizer.core.micro_steps.forward import explained_steps
from visualizer.core.micro_steps.linear import backward_steps, forward_steps
from visualizer.core.micro_steps.questions import backward_questions, forward_questions
from visualizer.core.micro_steps.steps import SINGLE, MicroStep, Neuron

__all__ = [
    "SINGLE", "MicroStep", "Neuron", "arriving_steps", "backward_questions", "backward_steps", "explained_steps",
    "forward_questions", "forward_steps", "leaving_steps",
]  # fmt: skip
