"""The numbers of the sequence page as what can be asked about: each question is answered by what is shown."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtTest import QTest

from tests.ui.conftest import Stage
from tests.ui.sequences.shown import compared, forecast, longer, page, recurrent, text
from visualizer.core.messages import Explain, Observe
from visualizer.core.topics.sequences import Generated, Unrolled
from visualizer.engine.explain.expressions import bindings, evaluate
from visualizer.engine.session import TrainingSession
from visualizer.ui.explanations.questions import Number, Told, sort_of, title_of
from visualizer.ui.explanations.trail import trail
from visualizer.ui.sequences.cell_numbers import cell_numbers
from visualizer.ui.sequences.diagrams import DIAGRAMS
from visualizer.ui.sequences.figure_line import FigureLine, Part
from visualizer.ui.sequences.memory_plots import MemoryLosses, MemoryNorms
from visualizer.ui.sequences.memory_words import verdict
from visualizer.ui.sequences.narration import narrate
from visualizer.ui.sequences.number import number_of, slope_of
from visualizer.ui.sequences.playhead import Moment
from visualizer.ui.sequences.step_numbers import norm_at
from visualizer.ui.sequences.unrolling import find
from visualizer.ui.sequences.wire_numbers import wire_number

Open = Callable[..., Stage]


def written(characters: int) -> Generated:
    share = np.full((characters, 3), [0.2, 0.5, 0.3], np.float32)
    signs = ["a"] * (characters - 1) + ["."]
    return Generated(7, "n", "n" + "a" * (characters - 1), signs, (".", "a", "n"), share, share[:, 1], True, 0.75)


def test_every_bar_asks_for_the_probability_of_its_sign(opened: Open) -> None:
    scene = opened()
    page(scene).lower.show_part("Writing")
    bars = page(scene).lower._built["Writing"].bars
    bars.show_frame(written(3))
    signs = bars._signs(bars._frame, 1)
    for row, sign in enumerate(signs):
        number = bars._number_at(QPointF(bars._left(1) + 30, 22 + row * 19 + 9))
        assert number.question == Explain(f"text/7/na|probability of {'.an'[sign]} at 0.75", (), "inner")
    assert bars.number_of(2).question.name.endswith("probability of . at 0.75")
    assert title_of(bars.number_of(2).question) == "probability of . at 0.75"
    assert sort_of(bars.number_of(2).question) == "worked out for the display"
    assert bars._number_at(QPointF(bars._left(2) + 400, 30)) is None


def test_a_text_that_is_too_long_for_its_room_scrolls(opened: Open) -> None:
    scene = opened()
    page(scene).lower.show_part("Writing")
    bars = page(scene).lower._built["Writing"].bars
    bars.resize(300, 150)
    bars.show_frame(written(12))
    assert list(bars._shown) == [0, 1, 2]
    QTest.keyClick(bars, Qt.Key.Key_Right)  # the arrow keys begin at the end
    assert bars.hovered == 11 and list(bars._shown) == [9, 10, 11]
    QTest.keyClick(bars, Qt.Key.Key_Left)
    assert list(bars._shown) == [9, 10, 11] and bars.hover_at(QPointF(5, 40)) == 9
    bars._scroll(-5)
    assert bars._shown.start == 0 and not bars.grab().isNull()


@pytest.mark.parametrize("kind", [MemoryLosses, MemoryNorms])
def test_the_line_next_to_the_pointer_is_asked_about(kind: type, opened: Open) -> None:
    plot = kind(opened().context)
    plot.resize(400, 200)
    frame = compared(0.5)
    plot.show_frame(frame)
    plot.grab()
    for curve, before in ((frame.curves[0], False), (frame.curves[1], False)):
        value = plot.series(curve)[1]
        number = plot._number_at(QPointF(float(plot._axes.xs(1)), float(plot._axes.ys(value)) + 1))
        assert number.question == plot.question(curve, 1, before=before)
        assert number.question.name.startswith(f"compared/{curve.network}/100|")
    assert plot.question(frame.curves[0], 1, before=True).name.startswith(
        "compared/rnn/0|" if kind is MemoryNorms else "compared/rnn/100|"
    )


def test_the_figures_of_a_verdict_can_be_asked_about() -> None:
    parts = verdict(compared(1.0))
    asked = [part.number.question for part in parts if part.number is not None]
    assert [question.name.rpartition("|")[2] for question in asked[:3]] == [
        "gradient kept",
        "mean of last losses",
        "mean of last accuracies",
    ]
    assert asked[3].name == "compared/lstm/200|gradient kept"
    assert "50 % right" in text(parts)


def test_all_lines_of_a_forecast_lead_on(opened: Open) -> None:
    scene = opened(recurrent("rnn", "sunspots"))
    page(scene).lower.show_part("Forecast")
    panel = page(scene).lower._built["Forecast"]
    scene.deliver(msgspec.structs.replace(forecast(79), start=0))
    asked = {number.question for _, number in panel.plot._numbers(24 + 5)}
    assert asked == {
        Explain(f"forecast/0/0/79|{what}", (5,), "inner") for what in ("observed", "one step ahead", "running free")
    }
    assert [one.question for _, one in panel.plot._numbers(3)] == [Explain("forecast/0/0/79|before", (3,), "inner")]
    names = [one.question.name for one in panel._errors._numbers]
    assert names[2] == "forecast/0/0/79|error of repeated" and len(names) == 3


@pytest.mark.parametrize("network", ["rnn", "lstm", "gru"])
def test_every_number_on_a_wire_has_a_formula_that_gives_it(network: str, opened: Open) -> None:
    scene = opened(recurrent(network))
    session = TrainingSession()
    session.configure(recurrent(network))
    recording = session.record(0)
    unrolling = page(scene).upper._unrolling
    for place in (0, 4):
        page(scene).player.show(place)
        numbers = cell_numbers(unrolling.frame, place, unrolling.unit)
        for label in DIAGRAMS[network].labels:
            question = wire_number(unrolling, label.key).question
            if isinstance(question, Told):
                answer = question.tell(recording)
            else:
                answer = session.explain(question.name, question.index, question.kind)
            value = evaluate(answer.expression, bindings(answer.operands, answer.products))
            assert value == pytest.approx(float(numbers[label.key]), abs=1e-6), (label.key, place)


def test_what_the_map_shows_is_what_it_asks_about(opened: Open, unrolled: Callable[..., Unrolled]) -> None:
    scene = opened()
    unrolling = page(scene).upper._unrolling
    assert slope_of(unrolling, 3, 5).question == Explain("lstm/lstm/h", (0, 3, 5), "gradient")
    cut = unrolled(recurrent("rnn", "sunspots", truncation=8))
    unrolling.frame = cut
    question = slope_of(unrolling, 20, 5).question
    answer = question.tell(None)
    assert answer.result == float(find(cut, "h").gradients[20, 5]) and "Truncated" in answer.sentence
    norm = norm_at(cut, 20).question.tell(None)
    assert norm.products.first.kind == "constant" and "Truncated" in norm.sentence


def test_a_loop_of_cells_is_asked_about_call_by_call(opened: Open, unrolled: Callable[..., Unrolled]) -> None:
    scene = opened()
    unrolling = page(scene).upper._unrolling
    unrolling.frame = msgspec.structs.replace(
        unrolled(recurrent()), node="lstm/lstm", calls=[f"cell#{step}" for step in range(12)]
    )
    assert number_of(unrolling, 2, 3, "f").question == Explain("cell#2/f", (0, 0, 3), "inner")
    assert number_of(unrolling, 2, 3, "h").question == Explain("cell#2", (3,))
    assert slope_of(unrolling, 2, 3).question == Explain("cell#2/h", (0, 0, 3), "gradient")
    side = norm_at(unrolling.frame, 2).question.tell(None).products.first
    assert side.origin == "cell#2/h" and side.indices[3].tolist() == [0, 0, 3]


def test_the_sentence_of_the_walk_leads_on(opened: Open, unrolled: Callable[..., Unrolled]) -> None:
    frame = unrolled(recurrent())
    scene = opened()
    recording = scene.context.player.recording
    (loss,) = [part.number for part in narrate(frame, Moment("loss", 6, 1.0), recording) if part.number]
    assert loss.question == Explain(recording.graph.loss, ())
    norm, ratio = [part.number for part in narrate(frame, Moment("backward", 3, 1.0)) if part.number]
    norms = find(frame, "h").norms
    answer = ratio.question.tell(recording)
    assert answer.result == pytest.approx(float(norms[3] / norms[4]), rel=1e-6)
    assert norm.question == norm_at(frame, 3).question == ratio.question.leads["a"]


def test_what_the_page_asks_about_is_recorded_as_it_stands(opened: Open) -> None:
    scene = opened()
    asked = scene.last(Observe)
    assert asked.recording and asked.live == ("sequence",)


def broken(frame: Unrolled) -> Unrolled:
    """The same frame of a network that has diverged."""
    vectors = [
        msgspec.structs.replace(
            vector, **{name: getattr(vector, name) * np.nan for name in ("values", "gradients", "norms")}
        )
        for vector in frame.vectors
    ]
    outcome = frame.outcome and msgspec.structs.replace(
        frame.outcome, outputs=frame.outcome.outputs * np.nan, losses=frame.outcome.losses * np.nan
    )
    return msgspec.structs.replace(frame, vectors=vectors, outcome=outcome, inputs=frame.inputs * np.nan, loss=np.nan)


@pytest.mark.parametrize("network", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("change", [broken, lambda frame: longer(frame, 1)], ids=["not finite", "one step"])
def test_odd_sequences_are_drawn(network: str, change: Callable, opened: Open, unrolled: Callable) -> None:
    scene = opened(recurrent(network))
    scene.deliver(change(unrolled(recurrent(network))))
    for instant in range(3):
        page(scene).player.seek(float(instant))
        for slopes in (False, True):
            scene.context.store.look(slopes=slopes)
            assert not page(scene).grab().isNull()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_End, Qt.Key.Key_Down):
        QTest.keyClick(page(scene).upper.view, key)


def test_a_line_of_figures_is_walked_by_keys_and_clicked(opened: Open) -> None:
    scene = opened()
    line = FigureLine(scene.context, "Figures")
    numbers = [Number(Explain("lstm/lstm", (step, 0)), f"number {step}") for step in range(2)]
    line.say("first ", Part("1.5", numbers[0]), " then ", Part("2.5", numbers[1]), ".")
    line.resize(300, 18)
    assert line.text() == "first 1.5 then 2.5." and line.focusPolicy() == Qt.FocusPolicy.StrongFocus
    assert line.heightForWidth(300) == 18 and line.heightForWidth(60) > 18
    QTest.keyClick(line, Qt.Key.Key_Right)
    QTest.keyClick(line, Qt.Key.Key_Equal)
    assert trail(scene.context).present.question == numbers[1].question
    first = next(piece for piece in line._pieces(300) if piece.number is numbers[0])
    QTest.mouseClick(line, Qt.MouseButton.LeftButton, pos=first.area.center().toPoint())
    assert trail(scene.context).present.question == numbers[0].question
    line.say()
    assert line.focusPolicy() == Qt.FocusPolicy.NoFocus


def on_screen(widget: object) -> QRect:
    return QRect(widget.mapToGlobal(QPoint(0, 0)), widget.size())


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
def test_the_card_leaves_the_cell_and_what_was_asked_in_sight(size: tuple[int, int], opened: Open) -> None:
    scene = opened()
    scene.window.resize(*size)
    view, cell = page(scene).upper.view, page(scene).cell
    for place in (0, 6, 9):
        spot = view.lanes.strip(place).center()
        QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot.toPoint())
        assert scene.window.explanations.isVisible()
        card = on_screen(scene.window.explanations)
        at = view.viewport().mapToGlobal(spot.toPoint())
        asked = QRect(at - QPoint(10, 10), at + QPoint(10, 10))
        assert not card.intersects(on_screen(cell)) and not card.intersects(asked)
        trail(scene.context).close()
