"""The output of a layer: a map beside its input, or a vector as bars; its values or their gradient."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF

from visualizer.core.frames import Configured
from visualizer.core.numbers import exact
from visualizer.ui.context import Context
from visualizer.ui.explanations.numbers import clickable
from visualizer.ui.explanations.questions import Number
from visualizer.ui.explanations.told import probability
from visualizer.ui.inspectors import asked
from visualizer.ui.inspectors.bars import LISTED, Bars
from visualizer.ui.inspectors.empty import Empty
from visualizer.ui.inspectors.look import NO_GRADIENT, Look
from visualizer.ui.inspectors.map_pair import MapPair
from visualizer.ui.inspectors.part import KindToggle, Part, note
from visualizer.ui.inspectors.pictures import Pictures, Place, square_rows
from visualizer.ui.inspectors.receptive import SLIDING
from visualizer.ui.inspectors.subject import Subject
from visualizer.ui.walk import Walk
from visualizer.ui.widgets.chip import Chip

_WIDEST_STRIP = 160


class Output(Part):
    """What a layer gave; `pick` is told the place that somebody chose."""

    def __init__(self, context: Context, pick: Callable[[Place], None]) -> None:
        super().__init__(context, "output", "Output")
        self._pick = pick
        self._walked = ""
        self.toggle = KindToggle(context, "Kind of values", ("activation", "gradient"))
        self.toggle.chosen.connect(lambda _: self._refresh_open())
        self.header.addWidget(self.toggle)
        self.maps = MapPair(context)
        self.maps.output.set_pickable(True, hover=True)
        self.maps.output.picked.connect(self._pick_pixel)
        self.bars = Bars(context, "Values of this layer")
        self.bars.picked.connect(lambda number: self._pick(Place(number, 0, 0)))
        clickable(self.maps.output, context, self._pixel_at, self._value_here)
        clickable(self.maps.source, context, self._source_at)
        clickable(self.bars, context, self._bar_at, self._value_here)
        self.empty = Empty(context)
        self.note = note()
        self.slide = Chip(context, "slide")
        self.slide.setToolTip("Move the kernel over the input, place by place")
        self.slide.clicked.connect(self._toggle)
        self._walk = Walk(self)
        self._walk.moved.connect(self._pick_pixel)
        self._walk.rested.connect(lambda: self.slide.say("slide"))
        for widget in (self.maps, self.slide, self.bars, self.empty, self.note):
            self.body.addWidget(widget)

    def applies(self, look: Look) -> bool:
        activation = look.subject.activation
        return activation is None or activation.view.values.size > 1

    def name(self, look: Look) -> None:
        activation = look.subject.activation
        if look.subject.node.kind == "input":
            self.set_title("Input")
        elif activation is None or look.place is None:
            self.set_title("Output")
        else:
            words = "Classes" if gives_classes(look.subject) else "Output values"
            over_time = "Output over time" if activation.is_sequence else f"Output map {look.place.channel}"
            self.set_title(words if activation.is_vector else over_time)
        classes = gives_classes(look.subject)
        self.toggle.set_choices(("logit", "probability", "gradient") if classes else ("activation", "gradient"))
        self.toggle.follow(look)

    def refresh(self, look: Look) -> None:
        gradient = self.toggle.choice == "gradient"
        shown = look.subject.gradient if gradient else look.subject.activation
        as_bars = shown is not None and shown.is_vector and shown.channels <= _WIDEST_STRIP
        self.bars.setVisible(as_bars)
        self.maps.setVisible(shown is not None and not as_bars)
        self.slide.setVisible(look.subject.node.operation in SLIDING and self.maps.isVisibleTo(self))
        if look.subject.node.id != self._walked:
            self._walk.rest()
        nothing = NO_GRADIENT if gradient else "This operation has no recorded activation."
        self.empty.show_words(nothing if shown is None else "")
        words = _remarks(look, shown)
        self.note.setText(words)
        self.note.setVisible(bool(words))
        if shown is None or look.place is None:
            return
        if as_bars:
            self._show_bars(look, shown, gradient)
        else:
            self.maps.show_look(look, shown, gradient)

    def _show_bars(self, look: Look, shown: Pictures, gradient: bool) -> None:
        values = shown.values[:, 0, 0]
        if self.toggle.choice == "probability":
            values = look.subject.recording.probabilities
        target = look.subject.recording.target if gives_classes(look.subject) else -1
        self.bars.show_values(values, self._names(look, shown), gradient, strong=target)
        self.bars.mark(look.place.channel if look.place else -1)

    def _names(self, look: Look, shown: Pictures) -> Sequence[str]:
        """Return names of the values: the classes, or a letter with the number of the neuron."""
        if shown.channels > LISTED:
            return ()
        configured = self.context.link.latest(Configured)
        if gives_classes(look.subject) and configured is not None and len(configured.classes) == shown.channels:
            return configured.classes
        node = look.subject.node
        letter = "x" if node.kind == "input" else "z" if node.operation == "linear" else "a"
        return [f"{letter} {number}" for number in range(shown.channels)]

    def _toggle(self) -> None:
        """Begin the walk of the kernel, or stop it; without motion it goes to its last place at once."""
        if self._walk.walking or self.look is None or self.look.place is None:
            self._walk.rest()
            return
        self._walked = self.look.subject.node.id
        reduced = self.context.store.view.reduced_motion
        self.slide.say("slide" if reduced else "pause")
        self._walk.start(self.look.place[1:], self.maps.output.shape, to_the_end=reduced)

    def _pick_pixel(self, row: int, column: int) -> None:
        place = self._place_of(row, column)
        if place is not None:
            self._pick(place)

    def _place_of(self, row: int, column: int) -> Place | None:
        """Return which value of the layer a pixel of its map shows."""
        activation = self.look.subject.activation if self.look else None
        if self.look is None or self.look.place is None or activation is None:
            return None
        if activation.is_vector:
            columns = activation.channels // square_rows(activation.channels)
            return Place(row * columns + column, 0, 0)
        return Place(self.look.place.channel, row, column)

    # Numbers that can be asked about.

    def _pixel_at(self, point: QPointF) -> Number | None:
        cell = self.maps.output.cell_at(point.x(), point.y())
        return None if cell is None else self._number(self._place_of(*cell))

    def _bar_at(self, point: QPointF) -> Number | None:
        return self._number(Place(self.bars.at(point.x(), point.y()), 0, 0))

    def _value_here(self) -> Number | None:
        return self._number(self.look.place if self.look is not None else None)

    def _source_at(self, point: QPointF) -> Number | None:
        cell = self.maps.source.cell_at(point.x(), point.y())
        shown = self.look.subject.source if self.look is not None else None
        if cell is None or shown is None or self.look is None:
            return None
        return asked.source_value(self.look, Place(self.maps.source_channel, *cell))

    def _number(self, place: Place | None) -> Number | None:
        if self.look is None or place is None:
            return None
        if self.toggle.choice == "probability":
            names, given = self.bars.names, self.look.subject.recording.probabilities
            name = names[place.channel] if place.channel < len(names) else str(place.channel)
            hover = f"probability of {name}\n{exact(float(given[place.channel]))}"
            return Number(probability(place.channel, name), hover)
        return asked.value(self.look, "gradient" if self.toggle.choice == "gradient" else "activation", place)


def gives_classes(subject: Subject) -> bool:
    """Return whether these are the logits of the classes."""
    activation, recording = subject.activation, subject.recording
    is_output = subject.node.id in recording.graph.outputs
    return is_output and activation is not None and activation.channels == len(recording.probabilities)


def _remarks(look: Look, shown: Pictures | None) -> str:
    words = [shown.view.note] if shown is not None else []
    if look.later:
        words.append("last pass: the playhead has not come here yet")
    return "; ".join(word for word in words if word)
