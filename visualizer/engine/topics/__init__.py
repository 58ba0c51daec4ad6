"""What the engine answers beyond training: one file a topic, its commands and its live frames, and a line below."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from visualizer.core.frames import Frame
from visualizer.core.messages import LiveFrame
from visualizer.core.tagged import Command
from visualizer.core.topics.adversarial import AskEvolution, AskStages, Imagine, Judge, Walk
from visualizer.core.topics.chain_rule import AskChain, MeasureCost, Prove, WriteScript
from visualizer.core.topics.pictures import AskReceptiveField, AskSaliency, Feed
from visualizer.core.topics.sequences import CompareMemory, Forecast, Generate, Unroll
from visualizer.engine.session import TrainingSession
from visualizer.engine.topics import adversarial, chain_rule, pictures, sequences
from visualizer.engine.topics.neurons import responses

Answer = Callable[[TrainingSession, Any], Frame | Iterator[Frame | None]]
LiveView = Callable[[TrainingSession], Frame]

ANSWERS: dict[type[Command], Answer] = {
    Feed: pictures.feed,
    AskReceptiveField: pictures.receptive_field,
    AskSaliency: pictures.saliency,
    AskChain: chain_rule.ask_chain,
    Prove: chain_rule.ask_proof,
    MeasureCost: chain_rule.measure_cost,
    WriteScript: chain_rule.write_script,
    AskStages: adversarial.show_stages,
    AskEvolution: adversarial.show_evolution,
    Imagine: adversarial.imagine,
    Walk: adversarial.walk,
    Judge: adversarial.judge,
    Unroll: sequences.unroll,
    Generate: sequences.generate,
    Forecast: sequences.forecast,
    CompareMemory: sequences.compare_memory,
}
"""What a command is answered with: one frame, or work in short slices that gives frames as it goes on."""

LIVE: dict[LiveFrame, LiveView] = {
    "responses": responses,
    "adversary": adversarial.adversary,
    "sequence": sequences.sequence,
}
"""Frames that are made again when the state of the session has changed and a visible view wants them."""
