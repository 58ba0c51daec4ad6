"""The card that lies over the page and says where a number comes from."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QWidget

from visualizer.core.frames import Explanation, Recording
from visualizer.core.messages import Explain
from visualizer.core.numbers import whole
from visualizer.core.passes import words
from visualizer.ui.announcing import speak
from visualizer.ui.context import Context
from visualizer.ui.copying import copy
from visualizer.ui.explanations.asking import Asking
from visualizer.ui.explanations.crumbs import Crumb, Crumbs
from visualizer.ui.explanations.floating import FloatingCard
from visualizer.ui.explanations.formula_view import FormulaView
from visualizer.ui.explanations.lighting import where
from visualizer.ui.explanations.lines import Lines
from visualizer.ui.explanations.questions import Question, Told, of_a_step, short_title, sort_of, title_of
from visualizer.ui.explanations.result_line import ResultLine
from visualizer.ui.explanations.terms import Terms
from visualizer.ui.explanations.trail import trail
from visualizer.ui.formula import plain
from visualizer.ui.inspectors.part import note
from visualizer.ui.theme import font
from visualizer.ui.widgets.button import Button
from visualizer.ui.widgets.focus import give_back
from visualizer.ui.widgets.segmented import Segmented

_LARGEST, _ALL = "largest", "all"
_END_OF_THE_WAY = "The way ends here."


class ExplanationCard(FloatingCard):
    """Follows the trail: shows its present stop, and asks for it again with every recording."""

    def __init__(self, context: Context, parent: QWidget, beside: QWidget, selected: Callable[[], QRect]) -> None:
        way = trail(context)
        super().__init__(context, parent, beside, lambda: [selected(), *way.spared])
        self.explanation: Explanation | None = None
        self._trail = way
        self._before: QWidget | None = None
        self._asking = Asking(context.link, self)
        self._asking.explained.connect(self._explained)
        self._asking.refused.connect(self._refused)
        self._build()
        self._connect()
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # its keys work after a click; with Tab one goes to its parts
        self._turn()

    def _build(self) -> None:
        context = self.context
        self.body.setContentsMargins(16, 6, 16, 12)
        self.body.setSpacing(6)
        self.header.setSpacing(0)
        self._title.setMinimumWidth(40)
        self.back = self._button("chevron-left", "Back", "Back to the number before (Alt+Left, Backspace)")
        self.forward = self._button("chevron-right", "Forward", "Forward again (Alt+Right)")
        self.copy = self._button("copy", "Copy the formula", "Copy the formula as text or as TeX")
        self.shut = self._button("close", "Close", "Close (Esc)")
        self.crumbs = Crumbs(context)
        self.result = ResultLine(context)
        self.formula, self.numbers = FormulaView(context, "text"), FormulaView(context, "text2")
        self.sentence = note(12)
        self.count = QLabel()
        self.count.setObjectName("quiet")
        self.count.setFont(font(11))
        self.extent = Segmented(context, "Terms shown", (_LARGEST, _ALL))
        self.extent.setToolTip("The largest terms and the sum of the rest, or all of them in order")
        self.terms = Terms(context)
        self.body.addWidget(self.crumbs)
        self.body.addWidget(self.result)
        for widget in (self.formula, self.numbers, self.sentence):
            self.body.addWidget(widget)
        row = QHBoxLayout()
        row.addWidget(self.count, 1)
        row.addWidget(self.extent)
        self.body.addLayout(row)
        self.body.addWidget(self.terms, 1)

    def _button(self, icon: str, name: str, tip: str) -> Button:
        button = Button(self.context, icon=icon, kind="bare")
        button.setAccessibleName(name)
        button.setToolTip(tip)
        button.setFixedSize(32, 32)
        self.header.addWidget(button)
        return button

    def _connect(self) -> None:
        context, way = self.context, self._trail
        self.back.clicked.connect(way.back)
        self.forward.clicked.connect(way.forward)
        self.shut.clicked.connect(way.close)
        self.copy.clicked.connect(self._offer_copies)
        self.crumbs.picked.connect(way.go)
        self.terms.followed.connect(way.follow)
        self.extent.chosen.connect(lambda _: self._show())
        way.changed.connect(self._turn)
        context.player.recording_changed.connect(self._recorded)
        context.store.view_changed.connect(lambda old, new: self.update() if old.theme != new.theme else None)

    # What is shown.

    def _turn(self) -> None:
        """Show the stop that the trail is at."""
        stop = self._trail.present
        if stop is None:
            self._shut()
            return
        self.extent.choose(_LARGEST)
        self.explanation = stop.explanation
        if self.isHidden():
            self._before = self.window().focusWidget()
        self._light()
        self._show()
        self.show()
        self.raise_()
        self._ask(live=False)
        self.terms.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _shut(self) -> None:
        self._asking.forget()
        if self.isAncestorOf(self.window().focusWidget() or self):
            give_back(self._before, self.parentWidget())
        self.hide()

    def _recorded(self, recording: Recording | None) -> None:
        stop = self._trail.present
        if recording is not None and stop is not None and not (recording.live and of_a_step(stop.question)):
            self._ask(live=recording.live)

    def _ask(self, *, live: bool) -> None:
        stop, recording = self._trail.present, self.context.player.recording
        if stop is None:
            return
        if isinstance(stop.question, Told):
            self._asking.forget()
            if recording is not None:
                self._explained(stop.question.tell(recording))
        else:
            self._asking.ask(stop.question, live)

    def _explained(self, explanation: Explanation) -> None:
        stop = self._trail.present
        if stop is not None:
            new = stop.explanation is None
            stop.explanation = self.explanation = explanation
            self._show()
            if new:
                speak(self, f"{self.accessibleName()}. {self.result.accessibleName()}. {self.sentence.text()}")

    def _refused(self, sentence: str) -> None:
        self.explanation = None
        self._show(sentence)
        speak(self, sentence)

    def _show(self, refused: str = "") -> None:
        stop, known = self._trail.present, self.explanation
        if stop is None:
            return
        question = _asked(stop.question, known)
        self.set_title(title_of(question))
        self._title.setToolTip(title_of(question))
        self.setAccessibleName(f"Where {title_of(question)} comes from")
        self.back.setEnabled(self._trail.can_go_back)
        self.forward.setEnabled(self._trail.can_go_forward)
        self.copy.setEnabled(known is not None)
        crumbs = [self._crumb(place) for place in self._trail.way]
        self.crumbs.show_way(crumbs, self._trail.place)
        kind = known.kind if known is not None else ""
        self.result.show_result(
            known.result if known is not None else None, kind, sort_of(question), self._when(question)
        )
        itself = known is not None and known.expression == "v"
        texts = ("", "") if known is None or itself else (known.formula, known.formula_with_numbers)
        for view, tex in zip((self.formula, self.numbers), texts, strict=True):
            view.setVisible(bool(tex))
            view.show_formula(tex)
        self.sentence.setText(refused or _sentence(known))
        leads = stop.question.leads if isinstance(stop.question, Told) else {}
        lines = None if known is None or itself else Lines(known, self.extent.choice == _ALL, leads)
        self.terms.show_lines(lines)
        self._count()
        self.take_place()

    def _count(self) -> None:
        lines = self.terms.model_.lines
        self.extent.setVisible(lines is not None and lines.is_long)
        words = ""
        if lines is not None and lines.term_count:
            padding = f" · {whole(lines.padding_count)} in the padding" if lines.padding_count else ""
            words = f"{whole(lines.term_count)} product{'s' * (lines.term_count != 1)}{padding}"
        self.count.setText(words or ("Operands" if lines is not None and len(lines) else ""))

    def _crumb(self, place: int) -> Crumb:
        question = self._trail.stops[place].question
        return Crumb(place, short_title(question), title_of(question))

    def _when(self, question: Question) -> str:
        recording = self.context.player.recording
        if isinstance(question, Explain) and (of_another := words(question.name)):
            return of_another
        if recording is None or of_a_step(question):
            return ""
        training = ", training goes on" if recording.live else ""
        return f"step {whole(recording.step)} · sample {recording.sample}{training}"

    def _light(self) -> None:
        """Select on the canvas what the number belongs to."""
        stop, recording = self._trail.present, self.context.player.recording
        if stop is not None and recording is not None:
            self.context.store.look(**where(stop.question, recording.graph))

    # Taking it along.

    def _offer_copies(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy as text", lambda: self._copy(as_tex=False))
        menu.addAction("Copy as TeX", lambda: self._copy(as_tex=True))
        menu.popup(self.copy.mapToGlobal(QPoint(0, self.copy.height())))

    def _copy(self, *, as_tex: bool) -> None:
        if self.explanation is not None:
            lines = (self.explanation.formula, self.explanation.formula_with_numbers)
            text = "\n".join(lines if as_tex else map(plain, lines))
            copy(self, text, "Formula")

    # Keys.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and self._trail.shown and event.key() == Qt.Key.Key_Escape:
            self._trail.close()  # nothing that had the keyboard had a use for it
            return True
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and self._acts_on(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        act = self._acts_on(event)
        if act is not None:
            act()
        else:
            super().keyPressEvent(event)

    def _acts_on(self, event: QKeyEvent) -> Callable[[], None] | None:
        """Return what a key does here."""
        alt = event.modifiers() == Qt.KeyboardModifier.AltModifier
        if event.key() == Qt.Key.Key_Escape:
            return self._trail.close
        if event.key() == Qt.Key.Key_Backspace or (alt and event.key() == Qt.Key.Key_Left):
            return self._trail.back
        return self._trail.forward if alt and event.key() == Qt.Key.Key_Right else None


def _asked(question: Question, known: Explanation | None) -> Question:
    """Return the question as the engine has understood it: an activation of an input is a number of the sample."""
    if known is None or isinstance(question, Told):
        return question
    return Explain(known.name, known.index, known.kind)


def _sentence(known: Explanation | None) -> str:
    if known is None:
        return "Asking …"
    given = known.kind in ("data", "parameter", "buffer", "initial") or known.expression == "v"
    leads = known.products is not None or any(operand.kind != "constant" for operand in known.operands)
    return f"{known.sentence} {_END_OF_THE_WAY}" if given and not leads else known.sentence
