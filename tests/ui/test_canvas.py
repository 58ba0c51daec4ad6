from __future__ import annotations

import itertools

import numpy as np
import pytest
from PySide6.QtCore import QSizeF

from tests.ui.network_cards import FROZEN, LENET, MLP, RESNET, SIZES, of, subject_of
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Configured
from visualizer.ui import paint
from visualizer.ui.canvas.card_drawing import CardDrawing
from visualizer.ui.canvas.neuron_drawing import NeuronDrawing
from visualizer.ui.canvas.neurons import columns_of
from visualizer.ui.canvas.scene import OUTPUT
from visualizer.ui.canvas.states import card_state, wire_state
from visualizer.ui.canvas.subject import Subject
from visualizer.ui.store import View
from visualizer.ui.theme import DARK, font

# What is drawn.


def test_the_trunk_is_the_network_folded_to_its_children(real_frames):
    diagram = subject_of(real_frames(RESNET)).diagram()
    kinds = {card.id: card.kind for card in diagram.cards}
    assert kinds == {
        "input": "input", "stem": "maps", "stage1": "stage", "stage2": "stage", "stage3": "stage", "pool": "column",
        "linear": "column", OUTPUT: "output",
    }  # fmt: skip
    assert [(wire.source, wire.target) for wire in diagram.wires] == list(itertools.pairwise(kinds))
    assert "flatten" in diagram.card["pool"].nodes, "what only re-arranges is no card of its own"
    assert diagram.card["stage1"].facts[0] == "3 blocks, 14\u202f016 parameters"
    assert diagram.card["stem"].facts[:2] == ("conv 3×3 · bn · relu", "conv 3×3 · bn")
    assert [wire.shape for wire in diagram.wires][:4] == [(1, 28, 28), (16, 28, 28), (16, 28, 28), (32, 14, 14)]
    every = [node for card in diagram.cards for node in card.nodes]
    assert sorted(every) == sorted(node.id for node in subject_of(real_frames(RESNET)).graph.nodes)


def test_the_graph_alone_gives_the_same_cards_as_a_recording(real_frames):
    configured = of(real_frames(RESNET), Configured)
    idle = Subject(configured.graph, configured.classes, configured.input_shape)
    recorded = subject_of(real_frames(RESNET)).diagram()
    assert [(c.id, c.kind, c.shape) for c in idle.diagram().cards] == [(c.id, c.kind, c.shape) for c in recorded.cards]


def test_a_block_is_a_row_with_its_skip(real_frames):
    diagram = subject_of(real_frames(RESNET)).diagram("stage1.0")
    assert [card.title for card in diagram.cards] == [
        "x",
        "conv 3×3",
        "batch norm",
        "relu",
        "conv 3×3",
        "batch norm",
        "+",
        "relu",
    ]
    assert diagram.cards[0].shape == (16, 28, 28)
    assert ("outside:stem.relu", "stage1.0/add") in [(wire.source, wire.target) for wire in diagram.wires]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("experiment", [RESNET, LENET], ids=["resnet20", "lenet"])
def test_nothing_overlaps_and_everything_is_in_view(real_frames, experiment, size):
    drawing = CardDrawing(subject_of(real_frames(experiment)), DARK, QSizeF(*size), "")
    assert drawing.bounds.width() == pytest.approx(size[0], abs=0.5)
    for diagram in [d for d in (drawing.trunk, drawing.inside and drawing.inside.content.pages[0]) if d]:
        rects = list(diagram.placed.rects.values())
        assert all(not a.intersects(b) for a, b in itertools.combinations(rects, 2))
        assert all(drawing.bounds.adjusted(-1, -1, 1, 1).contains(rect) for rect in rects)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("opened", ["stage1.0", "stage2.0", "stage1"])
def test_no_card_clips_its_words(real_frames, size, opened):
    subject = subject_of(real_frames(RESNET))
    drawing = CardDrawing(subject, DARK, QSizeF(*size), opened)
    columns = [p for p in drawing.trunk.plans.values() if p.card.kind == "column"]
    for plan in drawing.trunk.plans.values():
        words = paint.width_of(plan.card.title, plan.title_font)
        if plan.card.kind != "column":
            assert words <= plan.rect.width() - 16, plan.card.title
        if plan.card.kind == "output":
            for number, bar in drawing.trunk.cards.bar_rects(plan):
                assert paint.width_of(subject.classes[number], font(10, 600)) <= bar.x() - plan.rect.x() - 10
                assert bar.width() >= 30
    for a, b in itertools.pairwise(columns):
        halves = (paint.width_of(a.card.title, font(10, 600)) + paint.width_of(b.card.title, font(10, 600))) / 2
        assert halves < b.rect.center().x() - a.rect.center().x()
    for plan in drawing.inside.content.pages[0].plans.values():
        if plan.card.id in drawing.inside.placed.pills:
            assert paint.width_of(plan.card.title, font(10, 500)) <= plan.rect.width() - 12


# How it looks at an instant.


def test_cards_follow_the_pass(real_frames):
    subject, view = subject_of(real_frames(RESNET)), View()
    timeline, diagram = subject.timeline, subject.diagram()
    for time in np.arange(0.05, timeline.duration, 0.37):
        scene = timeline.at(float(time))
        states = {card.id: card_state(card, subject, scene, view) for card in diagram.cards}
        running = [name for name, state in states.items() if "active" in (state.look, state.gradient)]
        wanted = diagram.card_of.get(scene.active)
        if scene.phase in ("forward", "backward"):
            assert running == [wanted]
        for card in diagram.cards[1:-1]:
            state, order = states[card.id], timeline.forward_rank
            if scene.phase == "forward" and card.id != wanted:
                past = order[card.nodes[-1]] < scene.forward
                assert state.look == ("done" if past else "dim")
            if scene.phase in ("backward", "update") and card.id != wanted:
                past = timeline.backward_rank[card.nodes[0]] < scene.backward
                assert state.gradient == ("done" if past else "later")


def test_a_stage_shows_the_block_at_work(real_frames):
    subject = subject_of(real_frames(RESNET))
    start = next(s for s in subject.timeline.stations if "stage2.1.conv1" in s.nodes).start
    scene = subject.timeline.at(start + 0.05)
    state = card_state(subject.diagram().card["stage2"], subject, scene, View(opened="stage2.0"))
    assert [block.look for block in state.blocks] == ["done", "active", "dim"]
    assert [block.opened for block in state.blocks] == [True, False, False]
    assert state.blocks[1].node == "stage2.1.conv1"
    assert state.facts[0] == "running block 2 of 3"


def test_no_gradient_runs_into_what_is_frozen(real_frames):
    subject = subject_of(real_frames(FROZEN), FROZEN.frozen)
    diagram, view = subject.diagram(), View()
    scene = subject.timeline.at(subject.timeline.duration)
    states = {card.id: card_state(card, subject, scene, view) for card in diagram.cards}
    assert states["stage1"].frozen and states["stage1"].gradient == "none"
    assert not states["stage2"].frozen and states["stage2"].gradient == "done"
    looks = [wire_state(wire, diagram, subject, scene, states).look for wire in diagram.wires]
    assert looks == ["frozen", "frozen", "frozen", "gradient", "gradient", "gradient", "gradient"]


def test_a_frozen_middle_lets_gradients_through(real_frames):
    experiment = Experiment(network="resnet20", dataset="mnist", weights="initial", frozen=("stage2",))
    subject = subject_of(real_frames(experiment), experiment.frozen)
    scene = subject.timeline.at(subject.timeline.duration)
    states = {card.id: card_state(card, subject, scene, View()) for card in subject.diagram().cards}
    assert states["stage2"].frozen and states["stage2"].gradient == "done" and states["stage1"].gradient == "done"


# The neurons.


def test_an_mlp_is_drawn_neuron_by_neuron(real_frames):
    columns = columns_of(subject_of(real_frames(MLP)))
    assert [(c.title, c.subtitle, c.count) for c in columns] == [
        ("Input", "x", 2), ("Linear 2 → 8", "tanh", 8), ("Linear 8 → 8", "tanh", 8), ("Linear 8 → 2", "logits", 2),
    ]  # fmt: skip
    assert columns_of(subject_of(real_frames(RESNET))) is None
    assert columns_of(subject_of(real_frames(LENET))) is None


@pytest.mark.parametrize("size", SIZES)
def test_neurons_keep_apart(real_frames, size):
    plan = NeuronDrawing(subject_of(real_frames(MLP)), DARK, QSizeF(*size), "").plan
    for column in plan.centers:
        for a, b in itertools.pairwise(column):
            assert b.y() - a.y() >= 2 * plan.radius
        assert column[0].y() - plan.radius > 38 and column[-1].y() + plan.radius < size[1] - 24
