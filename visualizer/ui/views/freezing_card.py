"""Which layers are frozen, the proof that they did not move, and the time that it saves."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from visualizer.core import freezing
from visualizer.core.frames import Frame, Freezing, LayerStatus
from visualizer.core.numbers import whole
from visualizer.ui.card import Card
from visualizer.ui.commands.edit import toggle_frozen
from visualizer.ui.context import Context
from visualizer.ui.explanations.numbers import clickable
from visualizer.ui.explanations.questions import Number
from visualizer.ui.explanations.told import parameter_count, step_time
from visualizer.ui.theme import font
from visualizer.ui.widgets.switch import Switch


class FreezingCard(Card):
    """One row a layer; follows the engine's Freezing frames."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "Freezing")
        self._rows: dict[str, _Row] = {}
        self._saved = QLabel(objectName="quiet")
        self._saved.setFont(font(12))
        clickable(self._saved, context, lambda _: self._time(), by_click=True)
        clickable(self._subtitle, context, lambda _: self._trainable(), by_click=True)
        self._list = QWidget(objectName="page")
        self._lines = QVBoxLayout(self._list)
        self._lines.setContentsMargins(0, 0, 6, 0)
        self._lines.setSpacing(0)
        self._lines.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(self._list)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setAccessibleName("Layers that can be frozen")
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its switches bring themselves into sight
        self.body.addWidget(self._saved)
        self.body.addWidget(scroll, 1)
        context.link.arrived.connect(self._receive)
        known = context.link.latest(Freezing)
        if known is not None:
            self._receive(known)

    def _receive(self, frame: Frame) -> None:
        if not isinstance(frame, Freezing):
            return
        if [layer.path for layer in frame.layers] != list(self._rows):
            self._build(frame.layers)
        for layer in frame.layers:
            self._rows[layer.path].show_status(layer)
        self.set_title("Freezing", f"{whole(frame.trainable_count)} of {whole(frame.parameter_count)} train")
        self._saved.setText(_saving(frame))
        self._saved.setVisible(bool(self._saved.text()))

    def _time(self) -> Number | None:
        frame = self.context.link.latest(Freezing)
        return None if frame is None or not frame.milliseconds_now else Number(step_time(frame), self._saved.text())

    def _trainable(self) -> Number | None:
        """Return how many parameters training changes."""
        frame, recording = self.context.link.latest(Freezing), self.context.player.recording
        if frame is None or recording is None:
            return None
        learning = {layer.path for layer in frame.layers if not layer.frozen}
        names = [name for name in recording.parameters if name.rpartition(".")[0] in learning]
        return Number(parameter_count("all that train", names), self._subtitle.text())

    def _build(self, layers: list[LayerStatus]) -> None:
        for row in self._rows.values():
            self._lines.removeWidget(row)
            row.deleteLater()
        self._rows = {layer.path: _Row(self.context, layer.path) for layer in layers}
        for place, row in enumerate(self._rows.values()):
            self._lines.insertWidget(place, row)


class _Row(QWidget):
    def __init__(self, context: Context, path: str) -> None:
        super().__init__()
        self._context, self._path = context, path
        name = QLabel(path)
        name.setFont(font(12, 500))
        self._fact = QLabel(objectName="quiet")
        self._fact.setFont(font(11))
        clickable(self._fact, context, lambda _: self._count(), by_click=True)
        self._switch = Switch(context)
        self._switch.clicked.connect(lambda: toggle_frozen(context, path))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(name)
        layout.addStretch(1)
        layout.addWidget(self._fact)
        layout.addWidget(self._switch)

    def _count(self) -> Number | None:
        recording = self._context.player.recording
        if recording is None:
            return None
        names = [name for name in recording.parameters if name.rpartition(".")[0] == self._path]
        return Number(parameter_count(self._path, names), self._fact.toolTip())

    def show_status(self, layer: LayerStatus) -> None:
        state: freezing.FreezeState = "frozen" if layer.frozen else "trainable"
        self._switch.set_state(state)
        words = f"Unfreeze {self._path}" if layer.frozen else f"Freeze {self._path}"
        self._switch.setAccessibleName(words)
        self._switch.setToolTip(words)
        facts = {None: whole(layer.parameter_count), True: "verified ✓", False: "it moved!"}
        self._fact.setText(facts[layer.verified])
        self._fact.setToolTip(f"SHA-256 of its parameters and buffers: {layer.fingerprint}")


def _saving(frame: Freezing) -> str:
    before, now = frame.milliseconds_all_trainable, frame.milliseconds_now
    if not now:
        return ""
    if not before or before == now or not any(layer.frozen for layer in frame.layers):
        return f"{now:.1f} ms a step"
    saved = 100 * (1 - now / before)
    return f"{now:.1f} ms a step; {before:.1f} ms with all trainable: {saved:.0f} % saved"
