"""Own inputs: dropped, pasted, drawn with the mouse and with the keys; what is shown is what is sent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDropEvent, QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from tests.ui.conftest import MLP, Stage
from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Configured, Frame
from visualizer.core.messages import Configure, Observe, Record
from visualizer.core.topics.pictures import OWN, Feed
from visualizer.ui.explanations.questions import Told
from visualizer.ui.own import fitting
from visualizer.ui.own.own_input import own_input
from visualizer.ui.own.own_pad import OwnPad
from visualizer.ui.own.pixel_pad import PixelPad

LENET = Experiment(network="lenet", dataset="mnist", weights="initial")
Frames = Callable[[Experiment], list[Frame]]


def filled(width: int, height: int, color: str, form: QImage.Format = QImage.Format.Format_ARGB32) -> QImage:
    image = QImage(width, height, form)
    image.fill(QColor(color))
    return image


def drop(stage: Stage, data: QMimeData) -> None:
    where, button = QPointF(400, 300), Qt.MouseButton.LeftButton
    stage.window.dropEvent(QDropEvent(where, Qt.DropAction.CopyAction, data, button, Qt.KeyboardModifier.NoModifier))


def said(stage: Stage) -> list[str]:
    sentences: list[str] = []
    stage.window.notices.said.connect(lambda sentence, *_: sentences.append(sentence))
    return sentences


@pytest.fixture
def lenet(stage: Callable[..., Stage], real_frames: Frames) -> Stage:
    made = stage(LENET)
    made.deliver(*real_frames(LENET))
    made.sent.clear()
    return made


def test_a_dropped_file_goes_into_the_network_as_it_is_shown(lenet: Stage, tmp_path: Path) -> None:
    image = filled(56, 28, "white")
    for row in range(28):
        image.setPixelColor(20, row, QColor("black"))
    image.save(str(tmp_path / "line.png"))
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "line.png"))])
    drop(lenet, data)
    fed = lenet.last(Feed)
    # by hand: 56×28 becomes 28×14 in rows 7 to 20; the black column 20 is half of column 10; light on dark
    wanted = np.zeros((1, 28, 28), np.float32)
    wanted[0, 7:21, 10] = 0.5
    np.testing.assert_allclose(fed.values, wanted, atol=1e-6)
    assert lenet.context.store.view.sample == OWN
    assert lenet.last(Record) == Record(OWN) and lenet.last(Observe).sample == OWN
    sent = [type(command) for command in lenet.sent]
    assert sent.index(Feed) < sent.index(Record)
    pads = lenet.window.findChildren(PixelPad)  # that of the inspector, which now shows the input
    assert len(pads) == 1 and (pads[0].values == fed.values).all()


def test_a_picture_is_pasted(lenet: Stage) -> None:
    QGuiApplication.clipboard().setImage(filled(28, 28, "#808080"))
    lenet.window.actions_["paste-input"].trigger()
    assert lenet.last(Feed).values.shape == (1, 28, 28)
    lenet.sent.clear()
    QGuiApplication.clipboard().setText("no picture")
    sentences = said(lenet)
    lenet.window.actions_["paste-input"].trigger()
    assert "no picture in the clipboard" in sentences[0]
    assert not any(isinstance(command, Feed) for command in lenet.sent)


@pytest.mark.parametrize(("name", "content"), [("broken.png", b"\x89PNG\r\n\x1a\n junk"), ("notes.txt", b"words")])
def test_what_is_no_picture_is_told_in_a_sentence(lenet: Stage, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / name))])
    sentences = said(lenet)
    drop(lenet, data)
    assert len(sentences) == 1 and name in sentences[0]
    assert not any(isinstance(command, Feed) for command in lenet.sent)


def test_a_network_of_numbers_takes_no_picture(stage: Callable[..., Stage], real_frames: Frames) -> None:
    made = stage(MLP)
    made.deliver(*real_frames(MLP))
    assert not made.window.actions_["draw-input"].isEnabled()
    data, sentences = QMimeData(), said(made)
    data.setImageData(filled(8, 8, "red"))
    drop(made, data)
    assert "takes no picture, its input is 2" in sentences[0]


def test_drawing_with_the_mouse_is_sent_with_every_move(lenet: Stage, qtbot: QtBot) -> None:
    pad = OwnPad(lenet.context, 280)
    qtbot.addWidget(pad)
    pad.show()
    recorded = lenet.context.player.recording.activations["input"].values
    np.testing.assert_array_equal(pad.pad.values, recorded)
    qtbot.mouseClick(pad.clear, Qt.MouseButton.LeftButton)
    assert not lenet.last(Feed).values.any()
    lenet.sent.clear()
    qtbot.mousePress(pad.pad, Qt.MouseButton.LeftButton, pos=QPoint(55, 145))
    qtbot.mouseMove(pad.pad, QPoint(105, 145))
    qtbot.mouseMove(pad.pad, QPoint(155, 145))
    qtbot.mouseRelease(pad.pad, Qt.MouseButton.LeftButton, pos=QPoint(155, 145))
    fed = [command for command in lenet.sent if isinstance(command, Feed)]
    assert len(fed) == 3
    row = fed[-1].values[0, 14]  # ten pixels of the widget are one of the picture
    assert (row[5:16] == 1).all() and not row[:3].any() and not row[18:].any()
    assert not fed[-1].values[0, :12].any()
    pad.pad.undo()
    assert not lenet.last(Feed).values.any()


def test_drawing_with_the_keys(lenet: Stage, qtbot: QtBot) -> None:
    pad = PixelPad(lenet.context)
    qtbot.addWidget(pad)
    drawn: list[np.ndarray] = []
    pad.drawn.connect(drawn.append)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Space):
        qtbot.keyClick(pad, key)
    assert drawn[-1][0, 12, 13] == 1
    qtbot.keyClick(pad, Qt.Key.Key_E)
    qtbot.keyClick(pad, Qt.Key.Key_Space)
    assert drawn[-1][0, 12, 13] == 0
    qtbot.keyClick(pad, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert drawn[-1][0, 12, 13] == 1
    qtbot.keyClick(pad, Qt.Key.Key_Delete)
    assert not drawn[-1].any()


def test_a_new_engine_is_told_before_it_is_asked(lenet: Stage, real_frames: Frames) -> None:
    own_input(lenet.context).give(np.full((1, 28, 28), 0.5, np.float32))
    lenet.sent.clear()
    ready_again = next(frame for frame in real_frames(LENET) if isinstance(frame, Configured))
    lenet.window.director._new_engine = True
    lenet.deliver(ready_again)
    assert [type(command) for command in lenet.sent] == [Feed, Observe, Record]
    assert lenet.last(Record) == Record(OWN)


def test_what_does_not_fit_the_next_network_is_dropped(lenet: Stage, real_frames: Frames) -> None:
    own_input(lenet.context).give(np.zeros((1, 28, 28), np.float32))
    lenet.sent.clear()
    lenet.deliver(*real_frames(MLP))
    assert lenet.context.store.view.sample == 0
    assert not any(isinstance(command, Feed | Configure) for command in lenet.sent)
    assert own_input(lenet.context).values is None


@given(st.integers(1, 70), st.integers(1, 70), st.sampled_from([(1, 28, 28), (3, 8, 12), (1, 5, 9)]))
def test_any_size_is_made_to_fit(width: int, height: int, shape: tuple[int, int, int]) -> None:
    fitted = fitting.fit(filled(width, height, "#3366cc"), shape)
    assert fitted.values.shape == shape and np.isfinite(fitted.values).all()
    wanted = [0x33 / 255, 0x66 / 255, 0xCC / 255]
    if shape[0] == 1:
        wanted = [float(np.dot(wanted, (0.299, 0.587, 0.114)))]
    for plane, value in zip(fitted.values, wanted, strict=True):
        np.testing.assert_allclose(plane, value, atol=1e-5)


def test_what_is_transparent_is_opposite_to_what_is_not() -> None:
    image = QImage(28, 28, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    image.setPixelColor(5, 6, QColor("black"))
    fitted = fitting.fit(image, (1, 28, 28))
    assert fitted.values[0, 6, 5] == 1 and fitted.values.sum() == 1  # black ink on nothing: light on dark
    assert "transparent parts made white" in fitted.told and "inverted" in fitted.told


def test_a_file_larger_than_needed_is_read_smaller(tmp_path: Path) -> None:
    filled(4000, 3000, "red", QImage.Format.Format_RGB32).save(str(tmp_path / "large.jpg"))
    image = fitting.read_picture(tmp_path / "large.jpg", (3, 8, 8))
    assert image.width() <= 128 and image.height() <= 128
    with pytest.raises(UserError, match=r"nothing\.png cannot be read"):
        fitting.read_picture(tmp_path / "nothing.png", (3, 8, 8))


def test_what_the_pad_is_taken_for_leads_to_its_probability(lenet: Stage) -> None:
    lenet.context.store.look(page="data")
    pad = lenet.window.pages.currentWidget().findChild(OwnPad)
    recording = lenet.context.player.recording
    chances = recording.probabilities
    for place, likely in enumerate(np.argsort(-chances, kind="stable")[:2]):
        number = pad._answer(place)
        assert isinstance(number.question, Told)
        assert number.question.tell(recording).result == pytest.approx(float(chances[likely]))
        assert pad.answers[place].text().endswith(f"{100 * float(chances[likely]):.1f} %")
