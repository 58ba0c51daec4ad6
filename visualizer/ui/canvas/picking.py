"""What lies under the pointer in a placed diagram, down to the single value."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPathStroker

from visualizer.core.frames import TensorView
from visualizer.core.grouping import is_group
from visualizer.core.messages import Explain
from visualizer.core.numbers import exact, shape_text
from visualizer.ui.canvas import words
from visualizer.ui.canvas.card_plan import CardPlan
from visualizer.ui.canvas.drawing import Hit, Instant
from visualizer.ui.canvas.maps import Tint, element, flat_element, value_at
from visualizer.ui.canvas.output_steps import cell, layout, step_answers, step_at
from visualizer.ui.canvas.scene import OUTPUT, is_vector
from visualizer.ui.canvas.states import CardState
from visualizer.ui.canvas.subject import Subject
from visualizer.ui.canvas.trunk import DiagramPainter
from visualizer.ui.explanations.told import probability


def pick(diagram: DiagramPainter, point: QPointF, instant: Instant) -> Hit | None:
    """Return what lies at a point of a diagram."""
    for offered in diagram.plans.values():
        if offered.card.path and not offered.small and offered.switch.contains(point):
            return _switch(offered, diagram.subject)
    plan = diagram.plan_at(point)
    if plan is None:
        return _wire(diagram, point, instant)
    state = diagram.states(instant.scene, instant.view)[plan.card.id]
    return _value(diagram, plan, state, point) or whole_card(plan, diagram.subject)


def _wire(diagram: DiagramPainter, point: QPointF, instant: Instant) -> Hit | None:
    """Return the wire near a point, with the shape that flows and, once it has come, the size of the gradient."""
    for wire in diagram.placed.diagram.wires:
        path = diagram.placed.lines.get((wire.source, wire.target))
        if path is None or not path.boundingRect().adjusted(-6, -6, 6, 6).contains(point):
            continue
        stroker = QPainterPathStroker()
        stroker.setWidth(12)
        if not stroker.createStroke(path).contains(point):
            continue
        cards = diagram.placed.diagram.card
        states = diagram.states(instant.scene, instant.view)
        text = shape_text(wire.shape)
        recording = diagram.subject.recording
        if recording is not None and diagram.wire_state(wire, instant.scene, states).look == "gradient":
            shares = [recording.edge_shares[edge] for edge in wire.edges if edge in recording.edge_shares]
            text += "".join(f"\n‖∂L‖ over this edge = {exact(share.norm)}" for share in shares)
        return Hit("", path.boundingRect(), f"{cards[wire.source].title} → {cards[wire.target].title}", text)
    return None


def whole_card(plan: CardPlan, subject: Subject) -> Hit:
    """Return a card itself as what was hit."""
    card = plan.card
    group = bool(card.call) and is_group(subject.graph.call[card.call])
    inner = card.id == OUTPUT or card.id.startswith("outside:")
    identity = (card.nodes or (card.output,))[-1] if inner else card.output if group else card.id
    name = card.facts[0] if card.id == OUTPUT else words.place(subject.graph, identity if inner else card.id)
    note = card.error or f"{', '.join(filter(None, (card.facts[0], shape_text(card.shape))))}"
    return Hit(identity, plan.rect, name, note, opens=card.call, freezes=card.path)


def _switch(plan: CardPlan, subject: Subject) -> Hit:
    frozen = subject.is_frozen(plan.card.layers)
    name = words.place(subject.graph, plan.card.id)
    text = f"{'Unfreeze' if frozen else 'Freeze'} {name}"
    if frozen and subject.is_verified(plan.card.layers):
        text += "\nverified: no parameter and no buffer has changed since"
    return Hit(plan.card.id, plan.switch, text, freezes=plan.card.path, switch=True)


def _value(diagram: DiagramPainter, plan: CardPlan, state: CardState, point: QPointF) -> Hit | None:
    if plan.card.kind in ("output", "sign") or plan.card.id in diagram.placed.pills:
        return _probability(diagram, plan, point) if plan.card.kind == "output" else None
    node, look, gradient, opens, number = state.node, state.look, state.gradient, plan.card.call, -1
    for column, area in enumerate(plan.blocks):
        if area.contains(point):
            block, number = state.blocks[column], column
            node, look, gradient, opens = block.node, block.look, block.gradient, plan.card.blocks[column].call
    if plan.blocks and number < 0:
        return None
    shape = diagram.subject.shape_of(node)
    grid = plan.grid(shape, number)
    place = grid.at(point.x(), point.y())
    tensor, tint, _ = diagram.cards.shown(node, look, gradient)
    path = _path(diagram.subject, opens) if number >= 0 else plan.card.path
    if place is not None and tensor is not None:
        index = flat_element(shape, place[0]) if is_vector(shape) else element(shape, *place)
        found = value_hit(diagram.subject, node, index, tensor, tint, grid.cell(place[0]))
        if found is not None:
            return replace(found, opens=opens, freezes=path)
    if number < 0:
        return None
    return Hit(opens, plan.blocks[number], words.place(diagram.subject.graph, opens), opens=opens, freezes=path)


def _path(subject: Subject, call: str) -> str:
    """Return the module of a call where there is something to freeze in it, else ""."""
    path = subject.graph.call[call].path
    return path if any(layer == path or layer.startswith(f"{path}.") for layer in subject.layers) else ""


def value_hit(
    subject: Subject, node: str, index: tuple[int, ...], tensor: TensorView, tint: Tint, rect: QRectF
) -> Hit | None:
    """Return one value of a node's tensor as what was hit; None where it was not sent."""
    value = value_at(tensor, index)
    if value is None:
        return None
    what = "∂L/∂a" if tint == "gradient" else "value"
    text = f"{index_text(index, signal=subject.is_signal(node))}: {what} {exact(value)}"
    asks = (Explain(node, index, "gradient" if tint == "gradient" else "activation"),)
    channel = index[0] if len(index) > 2 else None
    return Hit(node, rect, words.place(subject.graph, node), text, index, channel, asks=asks)


def index_text(index: tuple[int, ...], *, signal: bool) -> str:
    """Return an index in words: channel 3, row 9, column 10; of a signal, channel 3, position 10."""
    if len(index) == 3:
        return f"channel {index[0]}, row {index[1]}, column {index[2]}"
    if len(index) == 2 and signal:
        return f"channel {index[0]}, position {index[1]}"
    if len(index) == 2:
        return f"step {index[0]}, feature {index[1]}"
    return f"number {index[0]}" if len(index) == 1 else f"[{', '.join(map(str, index))}]"


def _probability(diagram: DiagramPainter, plan: CardPlan, point: QPointF) -> Hit | None:
    recording = diagram.subject.recording
    answers = step_answers(diagram.subject)
    found = answers and step_at(plan.picture, answers, point)
    if answers and found:
        spot = cell(layout(plan.picture, answers)[0], answers, *found)
        return Hit((plan.card.nodes or (plan.card.output,))[-1], spot, "softmax", answers.told(*found))
    for number, bar in diagram.cards.bar_rects(plan):
        row = QRectF(plan.rect.x(), bar.y() - 4, plan.rect.width(), bar.height() + 8)
        if recording is not None and row.contains(point):
            label = ", the label" if number == recording.target else ""
            text = (
                f"{diagram.subject.classes[number]}{label}: probability {exact(float(recording.probabilities[number]))}"
            )
            asks = (probability(number, diagram.subject.classes[number]),)
            return Hit((plan.card.nodes or (plan.card.output,))[-1], row, "softmax", text, asks=asks)
    return None
