"""Groups the parts of a graph that belong together although no module ran around them.

The parts of a list of modules become one, as those of a sequence are; long rows are folded by what repeats in them.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from msgspec.structs import replace

from visualizer.core.graph import Call, NetworkGraph

MOST_PARTS, MOST_INSIDE = 24, 48
"""A row of more parts than this is folded, in the network itself and inside of its modules."""

_LONGEST_UNIT = 16
_LEAST_REPEATED = 3
_LOSS = "loss"


@dataclass(frozen=True)
class _Item:
    """One part of the inside of a call: a call, or (where `call` is "") a single node."""

    name: str
    call: str
    path: str
    label: tuple[str, ...]
    title: str
    groupable: bool = True


@dataclass
class _Plan:
    """The calls that are added, and in which call each grouped part is from now on."""

    graph: NetworkGraph
    calls: list[Call] = field(default_factory=list)
    around_call: dict[str, str] = field(default_factory=dict)
    around_node: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def put(self, items: Iterable[_Item], title: str, path: str, inside: str) -> _Item:
        """Add a call around some neighbouring parts, and return it as a part."""
        name = path or f"{inside}/{title}"
        while name in self.graph.call or name in self.names:
            name += "′"
        self.names.add(name)
        self.calls.append(Call(name, path, "" if path else title, inside, depth=0))
        for item in items:
            (self.around_call if item.call else self.around_node)[item.name] = name
        return _Item(name, name, path, ("group", name), title)


def grouped(graph: NetworkGraph) -> NetworkGraph:
    """Return the graph with further calls around parts that belong together; nodes and edges keep their names.

    A new call has the path of the container of modules that it stands for; where there is none, `module_class` is
    its name.
    """
    if not graph.calls:
        return graph
    plan = _Plan(graph)
    for inside, items in _insides(graph).items():
        left = _containers(plan, inside, items)
        most = MOST_INSIDE if inside else MOST_PARTS
        if len(left) > most:
            left = _repeated(plan, inside, left)
        if len(left) > most:
            _sections(plan, inside, left)
    if not plan.calls:
        return graph
    calls = {call.id: call for call in (*graph.calls, *plan.calls)}
    moved = {name: replace(call, parent=plan.around_call.get(name, call.parent)) for name, call in calls.items()}
    nodes = [replace(node, call=plan.around_node.get(node.id, node.call)) for node in graph.nodes]
    return replace(graph, calls=list(_parents_first(moved)), nodes=nodes)


def is_group(call: Call) -> bool:
    """Return whether a call of a grouped graph was added to it."""
    return call.parent is not None and not (call.path and call.module_class)


def _insides(graph: NetworkGraph) -> dict[str, list[_Item]]:
    """Return the parts of every call, in forward order."""
    kinds: dict[str, list[str]] = {}
    found: dict[str, dict[str, str]] = {}  # by call: the name of each part, and its call if it is one
    for node in graph.nodes:
        chain = graph.call_chains.get(node.call, ())
        for around, part in itertools.pairwise(("", *chain)):
            found.setdefault(around, {})[part] = part
        for call in chain:
            kinds.setdefault(call, []).append(node.operation)
        if node.id != node.call:
            found.setdefault(chain[-1] if chain else "", {}).setdefault(node.id, "")
    return {
        inside: [_item(graph, name, call, kinds) for name, call in parts.items()] for inside, parts in found.items()
    }


def _item(graph: NetworkGraph, name: str, call: str, kinds: dict[str, list[str]]) -> _Item:
    if call:
        known = graph.call[call]
        operations = kinds[call]
        title = operations[0].replace("_", " ") if len(operations) == 1 else known.module_class
        return _Item(name, call, known.path, (known.module_class, *operations), title, name != _LOSS)
    node = graph.node[name]
    return _Item(name, "", "", (node.operation,), node.operation.replace("_", " "), node.kind != "input")


def _containers(plan: _Plan, inside: str, items: list[_Item]) -> list[_Item]:
    """Put the parts of a list of modules into one, where they run one after the other or side by side."""
    keys = [_container(plan.graph.call[inside].path, item) for item in items]
    counts = Counter(key for key in keys if key)
    left: list[_Item] = []
    place = 0
    while place < len(items):
        key = keys[place]
        ahead = enumerate(_without_others(keys, items, place), place + 2)
        end = max((end for end, other in ahead if other == key), default=place + 1)
        inner = items[place:end]
        whole = bool(key) and keys[place:end].count(key) == counts[key] > 1
        if whole and len(inner) < sum(item.groupable for item in items):
            left.append(plan.put(inner, key.rpartition(".")[2], key, inside))
            place = end
        else:
            left.append(items[place])
            place += 1
    return left


def _container(path: str, item: _Item) -> str:
    """Return the path of the container, right inside of the module at `path`, that a part is from; "" for none."""
    prefix = f"{path}." if path else ""
    if not item.call or not item.path.startswith(prefix):
        return ""
    first, _, rest = item.path.removeprefix(prefix).partition(".")
    return prefix + first if rest else ""


def _without_others(keys: list[str], items: list[_Item], place: int) -> Iterator[str]:
    """Yield the containers after a place, up to a part that is of another container or of none."""
    for key, item in zip(keys[place + 1 :], items[place + 1 :], strict=True):
        if key != keys[place] and (item.call or not item.groupable):
            return
        yield key


def _repeated(plan: _Plan, inside: str, items: list[_Item]) -> list[_Item]:
    """Put what repeats three times or more into one, each repetition being a part of that."""
    labels = [item.label for item in items]
    left: list[_Item] = []
    place = 0
    while place < len(items):
        unit, times = _repetition(labels, place) if items[place].groupable else (1, 1)
        inner = items[place : place + unit * times]
        if times < _LEAST_REPEATED or len(inner) == len(items):
            left.append(items[place])
            place += 1
            continue
        title = ", ".join(item.title for item in inner[:unit])
        group = plan.put(inner if unit == 1 else (), f"{times} × {f'({title})' if unit > 1 else title}", "", inside)
        if unit > 1:
            for number in range(times):
                part = plan.put(inner[number * unit : (number + 1) * unit], f"repetition {number + 1}", "", inside)
                plan.around_call[part.name] = group.name
        left.append(group)
        place += len(inner)
    return left


def _repetition(labels: list[tuple[str, ...]], place: int) -> tuple[int, int]:
    """Return how many parts from a place on repeat how many times; the repetition that goes farthest."""
    best = (1, 1)
    for unit in range(1, _LONGEST_UNIT + 1):
        first, times = labels[place : place + unit], 1
        while labels[place + times * unit : place + (times + 1) * unit] == first:
            times += 1
        if times >= _LEAST_REPEATED and times * unit > math.prod(best):
            best = (unit, times)
    return best


def _sections(plan: _Plan, inside: str, items: list[_Item]) -> None:
    """Cut a row in which nothing repeats into sections of the same length."""
    row = [item for item in items if item.groupable]
    length = math.ceil(len(row) / math.isqrt(len(row)))
    for start in range(0, len(row), length):
        end = min(start + length, len(row))
        plan.put(row[start:end], f"operations {start + 1}–{end}", "", inside)


def _parents_first(calls: dict[str, Call]) -> Iterator[Call]:
    depths: dict[str, int] = {}
    for call in calls.values():
        above: list[Call] = []
        here: Call | None = call
        while here is not None and here.id not in depths:
            above.append(here)
            here = calls[here.parent] if here.parent is not None else None
        for missing in reversed(above):
            depths[missing.id] = 0 if missing.parent is None else depths[missing.parent] + 1
            yield replace(missing, depth=depths[missing.id])
