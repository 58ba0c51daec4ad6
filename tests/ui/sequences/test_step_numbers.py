"""What the page of sequences shows of each time step can be asked about, and what is told is what PyTorch computes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from tests.ui.conftest import Stage
from tests.ui.sequences.shown import page, recurrent
from visualizer.core.frames import Explanation, Unrolled
from visualizer.core.messages import Explain
from visualizer.engine.explain.expressions import bindings, evaluate
from visualizer.engine.session import TrainingSession
from visualizer.ui.explanations.questions import Told
from visualizer.ui.explanations.trail import trail
from visualizer.ui.sequences.gate_lines import GateLines
from visualizer.ui.sequences.gradient_over_time import GradientOverTime
from visualizer.ui.sequences.step_numbers import answer_at, input_at, loss_at, norm_at
from visualizer.ui.sequences.unrolling import unrolling


def told(scene: Stage, question: object) -> Explanation:
    assert isinstance(question, Told)
    known = question.tell(scene.context.player.recording)
    assert evaluate(known.expression, bindings(known.operands, known.products)) == pytest.approx(known.result, rel=1e-5)
    return known


def of(scene: Stage) -> Unrolled:
    frame = unrolling(scene.context).frame
    assert frame is not None
    return frame


def test_losses_and_probabilities_of_steps_are_those_of_torch(opened) -> None:
    scene = opened()
    frame, recording = of(scene), scene.context.player.recording
    logits = torch.from_numpy(recording.activations[recording.graph.outputs[0]].values)
    losses = []
    for place, target in enumerate(frame.outcome.targets):
        if target < 0:
            assert loss_at(frame, recording, place) is answer_at(frame, recording, place) is None
            continue
        loss = told(scene, loss_at(frame, recording, place).question)
        share = told(scene, answer_at(frame, recording, place).question)
        losses.append(loss.result)
        right = torch.tensor(int(target))
        assert loss.result == pytest.approx(float(torch.nn.functional.cross_entropy(logits[place], right)), rel=1e-5)
        assert share.result == pytest.approx(float(torch.softmax(logits[place], 0)[right]), rel=1e-5)
        assert loss.operands[3] == share.operands[3] and loss.operands[3].index == (place, 3)
    assert np.mean(losses) == pytest.approx(recording.loss, rel=1e-5)


def test_norms_are_followed_to_gradients_that_the_engine_explains(opened) -> None:
    wanted = recurrent()
    scene, session = opened(wanted), TrainingSession()
    session.configure(wanted)
    session.record(0)
    frame = of(scene)
    for place in (0, 3):
        known = told(scene, norm_at(frame, place).question)
        terms = known.products.first
        for unit in (0, 7):
            engine = session.explain(terms.origin, tuple(map(int, terms.indices[unit])), terms.kind)
            assert engine.result == pytest.approx(float(terms.values[unit]), rel=1e-5)


def test_the_input_of_a_step_is_a_number_of_the_sample(opened) -> None:
    scene = opened()
    frame, recording = of(scene), scene.context.player.recording
    asked = input_at(frame, recording, 2).question
    assert recording.graph.node[asked.name].kind == "input"
    assert recording.activations[asked.name].values[asked.index] == 1


def test_numbers_above_and_below_the_cells_are_asked_by_double_click(opened) -> None:
    scene = opened()
    view, way = page(scene).upper.view, trail(scene.context)
    for area, start in (("loss", "loss at step 2"), ("output", "probability of what is right at step 2")):
        point = getattr(view.lanes, area)(1).center().toPoint()
        QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point)
        assert way.present.question.title.startswith(start)
    QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.lanes.input(1).center().toPoint())
    assert isinstance(way.present.question, Explain)


def test_the_plots_over_time_answer_for_the_step_and_the_line_at_the_pointer(opened) -> None:
    scene = opened()
    scene.window.show()
    gradients, lines = scene.window.findChild(GradientOverTime), scene.window.findChild(GateLines)
    for plot in (gradients, lines):
        plot.grab()
    QTest.keyClick(gradients, Qt.Key.Key_Equal)
    assert trail(scene.context).present.question.title.startswith("gradient norm at step")
    frame, unit = of(scene), unrolling(scene.context).unit
    for vector in ("f", "o"):
        value = next(one for one in frame.vectors if one.name == vector).values[1, unit]
        number = lines._number_at(QPointF(lines._axes.point(1, float(value))))
        assert f"{float(value):.6g}"[:6] in number.hover.replace("−", "-")
