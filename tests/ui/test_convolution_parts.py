"""The parts of the inspector that open a convolution: sliding, what a value sees, what matters, sums over places."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from torch import nn
from torch.nn import functional

from tests.ui.conftest import Stage
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Frame, Problem
from visualizer.core.graph import Node
from visualizer.core.topics.pictures import AskReceptiveField, AskSaliency
from visualizer.engine.session import TrainingSession
from visualizer.engine.topics import pictures
from visualizer.ui.inspectors.inspector_card import InspectorCard
from visualizer.ui.inspectors.receptive import read_by
from visualizer.ui.inspectors.sees import Sees
from visualizer.ui.inspectors.winners import scattered, winners
from visualizer.ui.widgets.map_view import Cells

LENET = Experiment(network="lenet", dataset="mnist", weights="initial")


@pytest.fixture(scope="module")
def session() -> TrainingSession:
    made = TrainingSession()
    made.configure(LENET)
    made.record(0)
    return made


@pytest.fixture
def lenet(stage: Callable[..., Stage], real_frames: Callable[[Experiment], list[Frame]]) -> Stage:
    made = stage(LENET, (1280, 720))
    made.context.link.state = "running"
    made.deliver(*real_frames(LENET))
    return made


def inspector(stage: Stage) -> InspectorCard:
    return stage.window.pages.network.inspector


def test_moving_over_the_output_map_moves_the_kernel(lenet: Stage, qtbot: QtBot) -> None:
    lenet.context.store.look(selected="conv2", element=(0, 0, 0))
    maps = inspector(lenet).column.output.maps
    QApplication.processEvents()  # the maps get their size
    qtbot.mouseMove(maps.output, maps.output.area(Cells(2, 4)).center().toPoint())
    assert lenet.context.store.view.element == (0, 2, 4)
    assert maps.source.marked == (2, 4, 5, 5)
    qtbot.keyClick(maps.output, Qt.Key.Key_Down)
    assert lenet.context.store.view.element == (0, 3, 4)


def test_the_kernel_slides_and_rests_where_another_layer_is_chosen(lenet: Stage, qtbot: QtBot) -> None:
    lenet.context.store.look(selected="conv2", element=(0, 9, 8))
    output = inspector(lenet).column.output
    output._walk.timer.setInterval(1)
    qtbot.mouseClick(output.slide, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not output._walk.walking)
    assert lenet.context.store.view.element == (0, 9, 9)
    qtbot.mouseClick(output.slide, Qt.MouseButton.LeftButton)
    assert output._walk.walking
    lenet.context.store.look(selected="conv1", element=(0, 0, 0))
    assert not output._walk.walking and output.slide.text() == "slide"


def test_the_winner_of_a_pooling_has_a_dot(lenet: Stage) -> None:
    lenet.context.store.look(selected="pool1", element=(2, 5, 6), channel=2)
    window = lenet.context.player.recording.activations["relu1"].values[2, 10:12, 12:14]
    row, column = np.unravel_index(window.argmax(), (2, 2))
    assert inspector(lenet).column.output.maps.source.dots == ((10 + row, 12 + column),)


def test_what_a_value_sees_is_ringed_on_the_input(lenet: Stage, session: TrainingSession) -> None:
    lenet.context.store.look(selected="conv2", element=(3, 2, 4), channel=3)
    asked = [command for command in lenet.sent if isinstance(command, AskReceptiveField)]
    assert len(asked) == 1  # one question is under way, and the newest waits
    sees = inspector(lenet).column.sees
    lenet.deliver(pictures.receptive_field(session, asked[0]))
    assert lenet.last(AskReceptiveField) == AskReceptiveField("conv2", (3, 2, 4))
    lenet.deliver(pictures.receptive_field(session, lenet.last(AskReceptiveField)))
    # by hand: 5×5 of a map halved by pooling is 10×10, and the first 5×5 with padding 2 adds two on each side
    assert sees.row.maps[0].marked == (2, 6, 14, 14)
    assert "14×14 of 28×28" in sees.row.captions[0].text()
    lenet.context.store.look(element=(3, 2, 5))
    lenet.deliver(Problem("input", "Nothing was recorded yet.", command="AskReceptiveField"))
    assert sees.words.text() == "Nothing was recorded yet."


def test_what_a_value_sees_is_framed_on_the_input_of_the_canvas(lenet: Stage, session: TrainingSession) -> None:
    view = lenet.window.pages.network.canvas.view
    first = lenet.last(AskReceptiveField)
    lenet.context.store.look(selected="conv2", channel=3, element=(3, 2, 4))
    lenet.deliver(pictures.receptive_field(session, first))
    asked = lenet.last(AskReceptiveField)
    assert asked == AskReceptiveField("conv2", (3, 2, 4))
    before = view.image()
    field = pictures.receptive_field(session, asked)
    lenet.deliver(field)
    after, theme = view.image(), lenet.context.theme
    place = view.camera.transform.mapRect(view.drawing.input_pictures(view.instant())[0].rect)
    frame = QPointF(place.x() + 6 * place.width() / 28 - 1, place.y() + 9 * place.height() / 28).toPoint()
    corner = place.topLeft().toPoint() + QPoint(2, 2)
    ratio = round(after.devicePixelRatio())
    near = [after.pixelColor((frame.x() + step) * ratio, frame.y() * ratio) for step in (-1, 0, 1)]
    assert any(_distance(color, theme.color("accent")) < 60 for color in near)
    assert before.pixelColor(corner * ratio) != after.pixelColor(corner * ratio)  # not seen, so veiled
    lenet.context.store.look(selected="", element=())
    assert view.image().pixelColor(corner * ratio) == before.pixelColor(corner * ratio)


def _distance(one: QColor, other: QColor) -> int:
    return sum(abs(a - b) for a, b in zip(one.getRgb()[:3], other.getRgb()[:3], strict=True))


def test_of_the_loss_nobody_asks_what_it_sees(lenet: Stage) -> None:
    sees = inspector(lenet).findChild(Sees)
    lenet.context.store.look(selected="conv2", element=(0, 0, 0))
    assert sees.applies(inspector(lenet).look)
    lenet.context.store.look(selected=lenet.context.player.recording.graph.loss, element=())
    assert not sees.applies(inspector(lenet).look)


def test_saliency_of_the_loss_and_of_the_class_looked_at(lenet: Stage, session: TrainingSession) -> None:
    lenet.context.store.look(selected="linear3", element=(7,), channel=7)
    saliency = inspector(lenet).column.saliency
    assert lenet.last(AskSaliency) == AskSaliency(-1)
    answer = pictures.saliency(session, AskSaliency(-1))
    lenet.deliver(answer)
    np.testing.assert_array_equal(saliency.row.maps[0]._values, answer.gradient[0])
    np.testing.assert_array_equal(saliency.row.maps[1]._values, np.abs(answer.gradient[0]))
    saliency.of._pick(1)
    assert lenet.last(AskSaliency) == AskSaliency(7)
    lenet.deliver(pictures.saliency(session, AskSaliency(7)))
    assert "logit of “seven”" in saliency.words.text()


def test_saliency_lies_over_the_input_of_the_canvas(lenet: Stage, session: TrainingSession, qtbot: QtBot) -> None:
    canvas = lenet.window.pages.network.canvas
    plain = canvas.view.image()
    asked = sum(isinstance(command, AskSaliency) for command in lenet.sent)
    qtbot.mouseClick(canvas.saliency, Qt.MouseButton.LeftButton)
    assert lenet.context.store.view.saliency == "signed"
    assert sum(isinstance(command, AskSaliency) for command in lenet.sent) == asked + 1
    answer = pictures.saliency(session, AskSaliency(-1))
    lenet.deliver(answer)
    place = canvas.view.camera.transform.mapRect(canvas.view.drawing.input_pictures(canvas.view.instant())[0].rect)
    ratio = round(plain.devicePixelRatio())
    row, column = np.unravel_index(np.abs(answer.gradient[0]).argmax(), (28, 28))
    at = place.topLeft() + QPointF((column + 0.5) * place.width() / 28, (row + 0.5) * place.height() / 28)
    spot = (at * ratio).toPoint()
    token = "grad_pos" if answer.gradient[0, row, column] > 0 else "grad_neg"
    assert _distance(canvas.view.image().pixelColor(spot), lenet.context.theme.color(token)) < 60
    qtbot.mouseClick(canvas.saliency, Qt.MouseButton.LeftButton)
    assert _distance(canvas.view.image().pixelColor(spot), lenet.context.theme.color("pos")) < 60
    qtbot.mouseClick(canvas.saliency, Qt.MouseButton.LeftButton)
    assert lenet.context.store.view.saliency == "off"
    assert canvas.view.image().pixelColor(spot) == plain.pixelColor(spot)


def test_another_value_of_a_layer_leaves_the_still_picture_as_it_is(lenet: Stage) -> None:
    view = lenet.window.pages.network.canvas.view
    lenet.context.store.look(selected="conv2", channel=3, element=(3, 2, 4))
    view.image()
    still = view._still
    lenet.context.store.look(element=(3, 2, 5))
    view.image()
    assert view._still is still
    lenet.context.store.look(selected="conv1", element=())
    view.image()
    assert view._still is not still


def test_softmax_opened_gives_the_recorded_gradient(lenet: Stage) -> None:
    lenet.context.store.look(selected="linear3")
    recording = lenet.context.player.recording
    rows = inspector(lenet).column.softmax.rows.rows
    np.testing.assert_allclose([row.value for row in rows], recording.gradients["linear3"].values, atol=1e-6)
    assert f"{recording.loss:.3f}"[:4] in inspector(lenet).column.softmax.words.text()


@pytest.mark.parametrize("cell", [(0, 0), (4, 2)])
def test_the_products_of_all_places_are_the_gradient_of_a_weight(lenet: Stage, cell: tuple[int, int]) -> None:
    lenet.context.store.look(selected="conv1", element=(2, 3, 4), channel=2)
    part = inspector(lenet).column.weight_gradient
    part.fold(False)
    part.kernel.picked.emit(*cell)
    wanted = lenet.context.player.recording.parameter_gradients["conv1.weight"].values[(2, 0, *cell)]
    assert part.row.maps[2]._values.sum(dtype=np.float64) == pytest.approx(float(wanted), rel=1e-4, abs=1e-7)
    assert part.kernel.marked == (*cell, 1, 1)


@pytest.mark.parametrize(("stride", "padding", "dilation"), [(1, 0, 1), (2, 1, 1), (1, 2, 2), (3, 2, 2)])
def test_the_inputs_of_one_weight_follow_stride_padding_and_dilation(stride: int, padding: int, dilation: int) -> None:
    layer = nn.Conv2d(1, 1, 3, stride, padding, dilation, bias=False)
    inputs = torch.rand(1, 1, 9, 11)
    output = layer(inputs)
    back = torch.rand_like(output)
    output.backward(back)
    node = Node("conv", "operation", "conv2d", "", "", "", attributes={
        "kernel_size": [3, 3], "stride": [stride] * 2, "padding": [padding] * 2, "dilation": [dilation] * 2,
    })  # fmt: skip
    for cell in np.ndindex(3, 3):
        found = read_by(node, cell, output.shape[2:], inputs.shape[2:])
        assert found is not None
        rows, columns = found
        met = functional.pad(inputs, (0, 1, 0, 1))[0, 0].numpy()[np.ix_(rows, columns)]  # −1 is the zero behind
        assert (met * back[0, 0].numpy()).sum() == pytest.approx(float(layer.weight.grad[(0, 0, *cell)]), rel=1e-4)


def test_all_filters_and_maps_are_seen_at_once_and_a_click_selects(lenet: Stage, qtbot: QtBot) -> None:
    wall = lenet.window.all_maps
    lenet.window.actions_["all-maps"].trigger()
    page = wall.page
    counts = {node: sum(tile.node == node for tile in page.tiles) for node in dict.fromkeys(t.node for t in page.tiles)}
    assert counts == {"input": 1, "conv1": 6, "pool1": 6, "conv2": 16, "pool2": 16}
    assert {tile.node for tile in page.tiles if tile.kernel is not None} == {"conv1", "conv2"}
    assert not any(a.rect.intersects(b.rect) for a in page.tiles for b in page.tiles if a is not b)
    tile = next(tile for tile in page.tiles if (tile.node, tile.channel) == ("conv2", 5))
    qtbot.mouseClick(page, Qt.MouseButton.LeftButton, pos=tile.map.center().toPoint())
    view = lenet.context.store.view
    assert (view.page, view.selected, view.channel) == ("network", "conv2", 5) and wall.isHidden()
    lenet.window.all_maps.open()
    for key in (*[Qt.Key.Key_Down] * 5, Qt.Key.Key_Return):  # the first goes to the input
        qtbot.keyClick(wall, key)
    assert lenet.context.store.view.selected == "pool2" and wall.isHidden()


@pytest.mark.parametrize("settings", [{"kernel_size": 2}, {"kernel_size": 3, "stride": 2, "padding": 1, "dilation": 2}])
def test_winners_of_a_maximum_and_the_way_of_its_gradient(settings: dict[str, int]) -> None:
    given = torch.randn(1, 1, 9, 11, requires_grad=True)
    output = functional.max_pool2d(given, **settings)
    back = torch.randn_like(output)
    output.backward(back)
    _, won = functional.max_pool2d(given, **settings, return_indices=True)
    node = Node("pool", "operation", "max_pool2d", "", "", "", attributes=dict(settings))
    found = winners(node, given.detach()[0, 0].numpy(), tuple(output.shape[2:]))
    assert found is not None
    np.testing.assert_array_equal(found[0] * 11 + found[1], won[0, 0].numpy())
    sent = scattered(found, back[0, 0].numpy(), (9, 11))
    np.testing.assert_allclose(sent, given.grad[0, 0].numpy(), atol=1e-6)


def test_a_pooling_shows_who_wins_and_who_gets_the_gradient(lenet: Stage, session: TrainingSession) -> None:
    lenet.context.store.look(selected="pool1", channel=2, element=(2, 3, 3))
    part, recording = inspector(lenet).column.winners, lenet.context.player.recording
    assert part.isVisibleTo(inspector(lenet))
    assert part.row.maps[0]._values.sum() == 14 * 14
    sent = part.row.maps[1]._values
    source = recording.graph.incoming["pool1"][0].tensor
    np.testing.assert_allclose(sent, recording.gradients[source].values[2], atol=1e-6)
    lenet.context.store.look(selected="conv2", element=())
    assert not part.isVisibleTo(inspector(lenet))
