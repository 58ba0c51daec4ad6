"""A network of small linear layers as columns of neurons: which layers they are, and where each neuron goes."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, QSizeF

from visualizer.core.graph import Node
from visualizer.ui.canvas.camera import READABLE
from visualizer.ui.canvas.scene import is_vector
from visualizer.ui.canvas.subject import Subject

MOST_NEURONS = 24
"""So many neurons of a layer are drawn at most, fewer where they would stand too close for their numbers."""
_CLOSEST = 15.0
_LARGEST = 1024
_POINTWISE = {
    "tanh", "relu", "sigmoid", "gelu", "silu", "elu", "leaky_relu", "softplus", "dropout", "flatten", "relu6", "selu",
    "celu", "mish", "hardswish", "hardsigmoid", "hardtanh", "softsign", "tanhshrink", "logsigmoid",
}  # fmt: skip
_LEAST_PITCH = 78.0  # between two columns: a disc, its number, and lines that can be told apart
_BEFORE, _AFTER = 104.0, 220.0  # the first column, and after the last one
_TOP, _BOTTOM = 52.0, 30.0
_TITLE_REACH = 58.0  # from the middle of a column


@dataclass(frozen=True)
class Column:
    """One column of neurons: the input, or a linear layer with the activation function after it.

    `linear` is the node of the weighted sums ("" for the input), `output` the node whose values are drawn.
    """

    title: str
    subtitle: str
    linear: str
    output: str
    count: int
    path: str = ""
    rows: int = MOST_NEURONS

    @property
    def drawn(self) -> int:
        """How many of its neurons are drawn: of a large layer one less than there are rows, the last says so."""
        return self.count if self.count <= self.rows else self.rows - 1

    @property
    def nodes(self) -> tuple[str, ...]:
        return (self.linear, self.output) if self.linear and self.linear != self.output else (self.output,)


def columns_of(subject: Subject) -> list[Column] | None:
    """Return the columns of a chain of small linear layers; None for any other network."""
    graph = subject.graph
    nodes = [node for node in graph.nodes if node.call != "loss"]
    if not nodes or nodes[0].kind != "input" or graph.error:
        return None
    columns = _chain(subject, nodes)
    if columns is None or len(columns) < 2:
        return None
    if not subject.classes:
        return [replace(c, subtitle="output") if c.linear and c.linear == c.output else c for c in columns]
    return columns


def _chain(subject: Subject, nodes: list[Node]) -> list[Column] | None:
    """Return a column for each layer; None where layers branch, are large, or are of another kind."""
    columns: list[Column] = []
    for place, node in enumerate(nodes):
        sources = [edge.source for edge in subject.graph.incoming[node.id]]
        if sources != ([nodes[place - 1].id] if place else []):
            return None
        shape = subject.shape_of(node.id)
        if not is_vector(shape) or not 1 <= (shape[0] if shape else 1) <= _LARGEST:
            return None
        if not _add(columns, node, shape[0] if shape else 1):
            return None
    return columns


def _add(columns: list[Column], node: Node, count: int) -> bool:
    if node.kind == "input":
        columns.append(Column("Input", "x", "", node.id, count))
    elif node.operation == "linear":
        title = f"Linear {columns[-1].count} → {count}"
        columns.append(Column(title, "logits", node.id, node.id, count, node.module))
    elif node.operation in _POINTWISE and not node.parameters and len(columns) > 1:
        last = columns.pop()
        columns.append(Column(last.title, node.operation, last.linear, node.id, last.count, last.path))
    else:
        return False
    return True


@dataclass(frozen=True)
class NeuronPlan:
    """Where everything goes: neuron centres by column, one radius, the box of the loss."""

    columns: list[Column]
    centers: list[list[QPointF]]
    radius: float
    loss: QRectF
    size: QSizeF

    def title(self, column: int) -> QRectF:
        width = min(self._pitch - 6, 152.0)
        return QRectF(self.centers[column][0].x() - width / 2, 0, width, 20)

    @property
    def _pitch(self) -> float:
        """How far the closest columns are from each other."""
        across = [centers[0].x() for centers in self.centers]
        return min((right - left for left, right in itertools.pairwise(across)), default=self.size.width())

    def switch(self, column: int) -> QRectF:
        """Where the freeze switch of a layer lies: after its title, where columns are close below that."""
        center = self.centers[column][0].x()
        close = self._pitch / 2 - 22 < _TITLE_REACH
        return QRectF(center + 14, 17, 24, 20) if close else QRectF(center + _TITLE_REACH, 0, 24, 20)

    def gap(self, column: int) -> QRectF:
        """Return the room between a column and the one before it, in which its weights are drawn."""
        left = self.centers[column - 1][0].x() + self.radius
        right = self.centers[column][0].x() - self.radius
        return QRectF(left, _TOP - 8, right - left, self.size.height() - _TOP)

    def apart(self, column: int) -> float:
        """Return how far the neurons of a column are from each other."""
        centers = self.centers[column]
        return centers[1].y() - centers[0].y() if len(centers) > 1 else self.size.height()

    def bias(self, column: int, neuron: int) -> tuple[QPointF, QPointF]:
        """Return the ends of the short line that stands for a neuron's bias: it comes in from the upper left."""
        center, rim = self.centers[column][neuron], self.radius * 0.72
        return center - QPointF(self.radius + 9, self.radius * 0.95), center - QPointF(rim, rim)

    def response(self, column: int, neuron: int) -> QRectF:
        """Return where the picture of a neuron's response lies: left of its disc."""
        center, side = self.centers[column][neuron], min(2 * self.radius, 36.0) - 3
        return QRectF(center.x() - self.radius - 16 - side, center.y() - side / 2, side, side)

    def bias_at(self, point: QPointF) -> tuple[int, int] | None:
        """Return column and number of the neuron whose bias is drawn at a point."""
        for column in range(1, len(self.columns)):
            for neuron in range(len(self.centers[column])):
                if _distance(point, *self.bias(column, neuron)) <= 4:
                    return column, neuron
        return None

    @property
    def has_room_for_responses(self) -> bool:
        """Whether a response has room beside the number of the neuron before it."""
        taken = 2 * self.radius + (46 if self.is_small else 8)
        return self._pitch >= taken + min(2 * self.radius, 36.0) + 13

    @property
    def is_small(self) -> bool:
        """Whether a disc has no room for its number, which then stands beside it."""
        return self.radius < 15

    def label(self, column: int, neuron: int, *, gradient: bool) -> QRectF | None:
        """Return where a neuron's number stands when it is not in the disc: its gradient, or its value."""
        at, radius = self.centers[column][neuron], self.radius
        if gradient and self.apart(column) >= 2 * radius + 24:
            return QRectF(at.x() - 45, at.y() + radius + 5, 90, 16)
        return QRectF(at.x() + radius + 4, at.y() - 7, 38, 14) if gradient or self.is_small else None

    def neuron_at(self, point: QPointF) -> tuple[int, int] | None:
        """Return column and number of the neuron at a point."""
        for column, centers in enumerate(self.centers):
            for number, center in enumerate(centers):
                step = point - center
                if step.x() ** 2 + step.y() ** 2 <= (self.radius + 2) ** 2:
                    return column, number
        return None

    def weight_at(self, point: QPointF) -> tuple[int, int, int] | None:
        """Return layer, neuron and source neuron of the line nearest to a point, within four pixels."""
        best: tuple[float, tuple[int, int, int]] | None = None
        for column in range(1, len(self.columns)):
            if not self.gap(column).contains(point):
                continue
            for target, end in enumerate(self.centers[column]):
                for source, start in enumerate(self.centers[column - 1]):
                    distance = _distance(point, start, end)
                    if distance <= 4 and (best is None or distance < best[0]):
                        best = (distance, (column, target, source))
        return best[1] if best else None


def room_for(columns: list[Column], size: QSizeF) -> QSizeF:
    """Return the size that a plan takes in a view: larger where many columns would stand too close."""
    needed = _BEFORE + _AFTER + (len(columns) - 1) * _LEAST_PITCH
    whole = min(size.width() / needed, 1.0)
    return size / whole if whole >= READABLE else QSizeF(needed, size.height())


def plan_neurons(columns: list[Column], size: QSizeF) -> NeuronPlan:
    """Return the plan that fills a size."""
    high = size.height() - _TOP - _BOTTOM
    most = min(max(int(high / _CLOSEST), 6), MOST_NEURONS)
    columns = [replace(column, rows=most) for column in columns]
    widest = max(column.drawn + (column.drawn < column.count) for column in columns)
    radius = min(25.0, max(high / widest * 0.44, 8.0))
    left, right, box = _BEFORE, size.width() - _AFTER, 110.0
    step = (right - left) / (len(columns) - 1)
    middle = _TOP + high / 2
    centers = []
    for number, column in enumerate(columns):
        rows = column.drawn + (column.drawn < column.count)
        apart = min(high / rows, max(radius * 4.2, 112.0))
        top = middle - apart * (rows - 1) / 2
        centers.append([QPointF(left + number * step, top + apart * neuron) for neuron in range(column.drawn)])
    loss = QRectF(size.width() - 8 - box, middle - 37, box, 74)
    return NeuronPlan(columns, centers, radius, loss, size)


def _distance(point: QPointF, start: QPointF, end: QPointF) -> float:
    along = end - start
    length = along.x() ** 2 + along.y() ** 2 or 1.0
    share = ((point.x() - start.x()) * along.x() + (point.y() - start.y()) * along.y()) / length
    near = start + along * min(max(share, 0.0), 1.0)
    return float(((point.x() - near.x()) ** 2 + (point.y() - near.y()) ** 2) ** 0.5)
