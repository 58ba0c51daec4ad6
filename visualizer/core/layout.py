"""Where the cards of a folded graph go: one row where it is a chain with skips, else layers from left to right."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

Link = tuple[str, str]
Point = tuple[float, float]

_SWEEPS = 8
_LANE = 10.0  # the height that a passing edge keeps free in a column
_MOST_LEVELS = 3  # of skips over each other above one row


@dataclass(frozen=True)
class Box:
    """A placed card: its top left corner and its size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


@dataclass(frozen=True)
class Layout:
    """Boxes by card and routes by link; routes go from the source's right edge to the target's left edge."""

    boxes: dict[str, Box]
    routes: dict[Link, list[Point]]
    width: float
    height: float


@dataclass(frozen=True)
class Row:
    """A graph drawn as one row: the cards in it, the links that skip some of them, and cards that ride on such a skip.

    `carried` maps a card to the two cards of the row between which it lies. `levels` says how high each skip goes over
    the row, from 1 on: one that lies over others goes higher.
    """

    order: list[str]
    skips: list[Link]
    carried: dict[str, Link]
    levels: dict[Link, int]


def as_row(nodes: Sequence[str], links: Sequence[Link]) -> Row | None:
    """Return the graph as one row; None where too much lies beside its longest path to be drawn so.

    `nodes` are in forward order, which every link follows.
    """
    order = longest_path(nodes, links)
    place = {node: number for number, node in enumerate(order)}
    carried: dict[str, Link] = {}
    for node in nodes:
        if node in place:
            continue
        before = [source for source, target in links if target == node]
        after = [target for source, target in links if source == node]
        if len(before) != 1 or len(after) != 1 or before[0] not in place or after[0] not in place:
            return None
        carried[node] = (before[0], after[0])
    if len(set(carried.values())) < len(carried):
        return None
    on_row = [(a, b) for a, b in links if a in place and b in place]
    skips = [(a, b) for a, b in on_row if place[b] != place[a] + 1]
    levels = _levels({link: (place[link[0]], place[link[1]]) for link in (*skips, *carried.values())})
    return Row(order, skips, carried, levels) if max(levels.values(), default=0) <= _MOST_LEVELS else None


def _levels(spans: Mapping[Link, tuple[int, int]]) -> dict[Link, int]:
    """Return how high each span goes, so that no two lie over each other: the shortest lowest."""
    levels: dict[Link, int] = {}
    for link, (start, end) in sorted(spans.items(), key=lambda item: item[1][1] - item[1][0]):
        below = [level for other, level in levels.items() if spans[other][0] < end and start < spans[other][1]]
        levels[link] = 1 + max(below, default=0)
    return levels


def longest_path(nodes: Sequence[str], links: Sequence[Link]) -> list[str]:
    """Return the longest chain of links; among equals the one through the earliest nodes."""
    before: dict[str, list[str]] = {node: [] for node in nodes}
    for source, target in links:
        before[target].append(source)
    length: dict[str, int] = {}
    best: dict[str, str] = {}
    for node in nodes:
        length[node] = 1
        for source in before[node]:
            if length[source] + 1 > length[node]:
                length[node], best[node] = length[source] + 1, source
    path: list[str] = []
    here = max(nodes, key=lambda node: length[node], default="")
    while here:
        path.append(here)
        here = best.get(here, "")
    return path[::-1]


def layered(
    sizes: Mapping[str, tuple[float, float]], links: Sequence[Link], gap: tuple[float, float] = (48.0, 20.0)
) -> Layout:
    """Return a layered layout (Sugiyama, Tagawa and Toda 1981) of boxes of these sizes, in forward order.

    Ranks and orders come from fast_sugiyama; columns are as wide as their widest box, `gap` apart across and down.
    """
    boxes: dict[str, Box] = {}
    routes: dict[Link, list[Point]] = {}
    width = height = 0.0
    for columns, chains in _components(tuple(sizes), tuple(links)):
        part = _place(columns, chains, sizes, gap)
        offset = height + gap[1] if height else 0.0
        boxes |= {name: Box(box.x, box.y + offset, box.width, box.height) for name, box in part.boxes.items()}
        routes |= {link: [(x, y + offset) for x, y in route] for link, route in part.routes.items()}
        width, height = max(width, part.width), offset + part.height
    return Layout(boxes, routes, width, height)


_Column = list[str | int]  # names of cards, numbers of edges passing through
_Chains = dict[Link, list[int]]  # for each link the lanes it passes through


@lru_cache(maxsize=16)
def _components(nodes: tuple[str, ...], links: tuple[Link, ...]) -> list[tuple[list[_Column], _Chains]]:
    """Return the columns and lanes of every connected part, the part of the first node first.

    Remembered, as one graph is laid out with several sizes of its cards until it fits.
    """
    found: list[tuple[list[_Column], _Chains]] = []
    for part in _connected(nodes, links):
        number = {node: n for n, node in enumerate(part)}
        edges = sorted({(number[a], number[b]) for a, b in links if a in number})
        if not edges:
            found.append(([[node] for node in part], {}))
            continue
        # one part at a time: its lanes get numbers that could be those of another part's nodes
        import fast_sugiyama  # here: the window is painted first, before there is anything to lay out

        ((places, _, _, steps),) = fast_sugiyama.from_edges(edges, dummy_vertices=True, check_layout=False)
        vertices = [(int(vertex), (float(x), float(y))) for vertex, (x, y) in places]
        found.append(_columns(part, vertices, [(int(a), int(b)) for a, b in steps or ()]))
    return found


def _connected(nodes: Sequence[str], links: Sequence[Link]) -> list[list[str]]:
    """Return the nodes of every connected part, in order."""
    parent = {node: node for node in nodes}

    def root(node: str) -> str:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for source, target in links:
        parent[root(target)] = root(source)
    parts: dict[str, list[str]] = {}
    for node in nodes:
        parts.setdefault(root(node), []).append(node)
    return list(parts.values())


def _columns(
    nodes: Sequence[str], places: Sequence[tuple[int, Point]], steps: Sequence[tuple[int, int]]
) -> tuple[list[_Column], _Chains]:
    ranks: dict[float, list[tuple[float, int]]] = {}
    for vertex, (x, y) in places:
        ranks.setdefault(round(y, 3), []).append((x, vertex))
    columns: list[_Column] = [
        [nodes[v] if v < len(nodes) else v for _, v in sorted(ranks[y])] for y in sorted(ranks, reverse=True)
    ]
    following = {a: b for a, b in steps if a >= len(nodes)}
    chains: _Chains = {}
    for source, target in steps:
        if source >= len(nodes):
            continue
        lanes = []
        while target >= len(nodes):
            lanes.append(target)
            target = following[target]
        chains[nodes[source], nodes[target]] = lanes
    return columns, chains


def _place(
    columns: list[_Column], chains: _Chains, sizes: Mapping[str, tuple[float, float]], gap: tuple[float, float]
) -> Layout:
    heights = {item: sizes[item][1] if isinstance(item, str) else _LANE for column in columns for item in column}
    neighbours: dict[str | int, list[str | int]] = {item: [] for item in heights}
    for (source, target), lanes in chains.items():
        path: list[str | int] = [source, *lanes, target]
        for a, b in itertools.pairwise(path):
            neighbours[a].append(b)
            neighbours[b].append(a)
    middle = _middles(columns, heights, neighbours, gap[1])
    _level(columns, heights, chains, gap[1], middle)
    boxes: dict[str, Box] = {}
    span: dict[str | int, tuple[float, float]] = {}
    left = 0.0
    for column in columns:
        wide = max((sizes[item][0] for item in column if isinstance(item, str)), default=0.0)
        for item in column:
            span[item] = (left, left + wide)
            if isinstance(item, str):
                width, height = sizes[item]
                boxes[item] = Box(left + (wide - width) / 2, middle[item] - height / 2, width, height)
        left += wide + gap[0]
    routes = {link: _route(link, lanes, boxes, span, middle) for link, lanes in chains.items()}
    bottom = max(middle[item] + heights[item] / 2 for item in heights)
    return Layout(boxes, routes, left - gap[0], bottom)


def _route(
    link: Link,
    lanes: list[int],
    boxes: dict[str, Box],
    span: Mapping[str | int, tuple[float, float]],
    middle: Mapping[str | int, float],
) -> list[Point]:
    """Return the corners: level across every column it touches, so that it turns only where no cards are."""
    source, target = boxes[link[0]], boxes[link[1]]
    points = [(source.x + source.width, source.middle), (span[link[0]][1], source.middle)]
    for lane in lanes:
        points += [(span[lane][0], middle[lane]), (span[lane][1], middle[lane])]
    points += [(span[link[1]][0], target.middle), (target.x, target.middle)]
    return [point for n, point in enumerate(points) if n == 0 or point != points[n - 1]]


def _middles(
    columns: list[_Column],
    heights: Mapping[str | int, float],
    neighbours: Mapping[str | int, list[str | int]],
    gap: float,
) -> dict[str | int, float]:
    """Return vertical middles: each as near to its neighbours as order and distances allow."""
    middle: dict[str | int, float] = {}
    for column in columns:
        total = sum(heights[item] for item in column) + gap * (len(column) - 1)
        top = -total / 2
        for item in column:
            middle[item] = top + heights[item] / 2
            top += heights[item] + gap
    for sweep in range(_SWEEPS):
        for column in columns if sweep % 2 else columns[::-1]:
            wanted = [
                sum(middle[other] for other in neighbours[item]) / len(neighbours[item])
                if neighbours[item]
                else middle[item]
                for item in column
            ]
            middle.update(zip(column, _spread(wanted, column, heights, gap), strict=True))
    return middle


def _level(
    columns: list[_Column],
    heights: Mapping[str | int, float],
    chains: _Chains,
    gap: float,
    middle: dict[str | int, float],
) -> None:
    """Put every item as high as what leads to it, so that chains run level; `middle` is changed and begins at 0."""
    before: dict[str | int, list[str | int]] = {item: [] for item in heights}
    for (source, target), lanes in chains.items():
        path: list[str | int] = [source, *lanes, target]
        for a, b in itertools.pairwise(path):
            before[b].append(a)
    for column in columns:
        wanted = [
            sum(middle[other] for other in before[item]) / len(before[item]) if before[item] else middle[item]
            for item in column
        ]
        middle.update(zip(column, _spread(wanted, column, heights, gap), strict=True))
    top = min(middle[item] - heights[item] / 2 for item in heights)
    middle.update({item: value - top for item, value in middle.items()})


def _between(above: str | int, below: str | int, gap: float) -> float:
    """Return how far two neighbours in a column are apart; passing edges may come closer."""
    return gap if isinstance(above, str) and isinstance(below, str) else gap / 2


def _spread(wanted: Sequence[float], column: _Column, heights: Mapping[str | int, float], gap: float) -> list[float]:
    """Return the middles nearest to `wanted` (least squares) that keep order and distance: isotonic regression."""
    offsets = [0.0]
    for above, below in itertools.pairwise(column):
        apart = (heights[above] + heights[below]) / 2 + _between(above, below, gap)
        offsets.append(offsets[-1] + apart)
    blocks: list[tuple[float, int]] = []  # sum and count of runs that share one shift
    for target, offset in zip(wanted, offsets, strict=True):
        blocks.append((target - offset, 1))
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            total, count = blocks.pop()
            blocks[-1] = (blocks[-1][0] + total, blocks[-1][1] + count)
    shifts = [total / count for total, count in blocks for _ in range(count)]
    return [shift + offset for shift, offset in zip(shifts, offsets, strict=True)]
