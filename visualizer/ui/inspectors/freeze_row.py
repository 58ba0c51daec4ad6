"""The freeze switch of the selected part, and the proof that what is frozen does not move."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from visualizer.core.frames import Freezing, LayerStatus, Recording
from visualizer.core.freezing import FreezeState, freeze, is_inside, state, unfreeze
from visualizer.core.numbers import rounded, whole
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.explanations.numbers import clickable
from visualizer.ui.explanations.questions import Number
from visualizer.ui.explanations.told import parameter_count, step_time
from visualizer.ui.inspectors.subject import Subject
from visualizer.ui.theme import font
from visualizer.ui.widgets.switch import Switch

LOW = 760
"""Below this height of the window the inspector leaves out what it can."""

_WORDS: dict[FreezeState, str] = {"trainable": "Trainable", "part": "Part frozen", "frozen": "Frozen"}


class FreezeRow(QWidget):
    """Freezes or unfreezes what is inspected, as one act that can be taken back."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._subject: Subject | None = None
        self._verified = False
        self.switch = Switch(context)
        self.switch.clicked.connect(self.toggle)
        self.state, self.scope, self.proof, self.cost = QLabel(), QLabel(), QLabel(), QLabel()
        self.state.setFont(font(13, 600))
        for label in (self.scope, self.proof, self.cost):
            label.setFont(font(11))
            label.setObjectName("quiet")
        for label in (self.proof, self.cost):
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        clickable(self.proof, context, lambda _: self._count(), by_click=True)
        clickable(self.cost, context, lambda _: self._time(), by_click=True)
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 9, 16, 9)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(1)
        grid.addWidget(self.switch, 0, 0, 2, 1)
        grid.addWidget(self.state, 0, 1)
        grid.addWidget(self.scope, 0, 2)
        grid.addWidget(self.proof, 1, 1, 1, 2)
        grid.addWidget(self.cost, 2, 1, 1, 2)
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(0, 54)

    def inspect(self, subject: Subject | None) -> None:
        """Show the state of another part, or that nothing of it can be frozen."""
        self._subject = subject
        layers = [] if subject is None else self._layers_inside(subject)
        now = self._state()
        frame = self._context.link.latest(Freezing)
        self.switch.setEnabled(bool(layers))
        self.switch.set_state(now)
        self.state.setText(_WORDS[now] if layers else "Nothing to freeze")
        title = subject.title if subject else ""
        self.switch.setAccessibleName(f"Unfreeze {title}" if now == "frozen" else f"Freeze {title}")
        self.switch.setToolTip(self.switch.accessibleName())
        verb = "freezes" if now != "frozen" else "holds"
        self.scope.setText(f"{verb} {len(layers)} layers" if len(layers) > 1 else "")
        statuses = [status for status in frame.layers if status.path in layers] if frame else []
        self._verified = now != "trainable" and _verified(statuses)
        self.proof.setText(_proof(now, statuses) if layers else "it has no parameters of its own")
        self.proof.setToolTip("\n".join(f"{status.path}  SHA-256 {status.fingerprint}" for status in statuses[:12]))
        self.proof.setIndent(16 if self._verified else 0)
        self.cost.setText(_cost(frame) if frame else "")
        self.cost.setToolTip("Parameters that training changes, and the median time of one step")
        self._fit()
        self.update()

    def _count(self) -> Number | None:
        """Return how many parameters there are to learn."""
        subject, layers = self._subject, self._layers_inside(self._subject) if self._subject is not None else []
        if subject is None or not layers or self._verified:
            return None
        names = [name for name in subject.recording.parameters if name.rpartition(".")[0] in layers]
        return Number(parameter_count(subject.title, names), f"{self.proof.text()}\n{self.proof.toolTip()}")

    def _time(self) -> Number | None:
        frame = self._context.link.latest(Freezing)
        if frame is None or not frame.milliseconds_now:
            return None
        return Number(step_time(frame), self.cost.toolTip())

    def _fit(self) -> None:
        """In a low window the line about the cost moves into the tool tip of the state."""
        low = self.window().height() < LOW
        self.cost.setVisible(bool(self.cost.text()) and not low)
        self.state.setToolTip(self.cost.text())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def toggle(self) -> None:
        """Freeze, where not all is frozen; else unfreeze."""
        subject = self._subject
        if subject is None or not self._layers_inside(subject):
            return
        patterns = self._context.store.experiment.frozen
        if self._state() == "frozen":
            frozen = unfreeze(patterns, subject.path, layer_paths(self._context, subject.recording))
            self._context.store.patch(f"Unfreeze {subject.title}", frozen=frozen)
        else:
            self._context.store.patch(f"Freeze {subject.title}", frozen=freeze(patterns, subject.path))

    def _state(self) -> FreezeState:
        if self._subject is None or not self._layers_inside(self._subject):
            return "trainable"
        every = layer_paths(self._context, self._subject.recording)
        return state(self._context.store.experiment.frozen, self._subject.path, every)

    def _layers_inside(self, subject: Subject) -> list[str]:
        if not subject.path and not subject.parameters:
            return []
        every = layer_paths(self._context, subject.recording)
        return [layer for layer in every if is_inside(layer, subject.path)]

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        with QPainter(self) as painter:
            painter.fillRect(QRectF(1, 0, self.width() - 2, 1), theme.color("line"))
            if self._verified:
                place = QPointF(self.proof.x(), self.proof.geometry().center().y() - 6)
                painter.drawPixmap(place, paint.icon_pixmap("check", theme.hex("ice"), 14, self.devicePixelRatio()))


def layer_paths(context: Context, recording: Recording) -> list[str]:
    """Return the modules with parameters of their own: as the engine says, else from the names of the parameters."""
    frame = context.link.latest(Freezing)
    if frame is not None:
        return [status.path for status in frame.layers]
    return list(dict.fromkeys(name.rpartition(".")[0] for name in recording.parameters))


def _verified(statuses: list[LayerStatus]) -> bool:
    frozen = [status for status in statuses if status.frozen]
    return bool(frozen) and all(status.verified for status in frozen)


def _proof(now: FreezeState, statuses: list[LayerStatus]) -> str:
    frozen = [status for status in statuses if status.frozen]
    if now == "trainable":
        return f"{whole(sum(status.parameter_count for status in statuses))} parameters learn" if statuses else ""
    if not frozen:
        return "waiting for the check"
    if any(status.verified is False for status in frozen):
        return "changed since it was frozen"
    fingerprint = f" · {frozen[0].fingerprint[:8]}" if len(statuses) == 1 else ""
    part = f", {len(frozen)} of {len(statuses)} layers" if now == "part" else ""
    return f"verified: max |Δw| = 0{part}{fingerprint}" if _verified(frozen) else "not checked yet"


def _cost(frame: Freezing) -> str:
    share = f"{whole(frame.trainable_count)} of {whole(frame.parameter_count)} train"
    now, before = frame.milliseconds_now, frame.milliseconds_all_trainable
    if not now:
        return share
    if before and frame.trainable_count < frame.parameter_count:
        return f"{share} · {rounded(now, 2)} ms a step, was {rounded(before, 2)}"
    return f"{share} · {rounded(now, 2)} ms a step"
