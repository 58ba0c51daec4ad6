"""Say where one number of a recorded pass comes from: its formula, its operands, and where each was read."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from visualizer.commands.arguments import add_network
from visualizer.commands.output import only_json
from visualizer.commands.record import add_pass, take
from visualizer.core.errors import UserError

if TYPE_CHECKING:
    from visualizer.core.frames import Explanation, Factors
    from visualizer.core.quantities import Kind
    from visualizer.engine.explain import Scene

NAME = "explain"
_EPILOG = """\
With --json: `formula` is a Python expression. Operands named `w[0]`, `w[1]`, ... are together the array `w`, all others
are single numbers; evaluated in float64 with exp, log, log1p, sqrt, tanh, erf, abs, sign, sin, cos, max, min, sum and
logsumexp (sums run over whole arrays) it gives `result` within float32 rounding. The factors of a sum of products are
operands like all others. `origin` says what an operand is: its kind, name and index; `tensor` is its key in the file
that `visualizer record` writes for the same arguments. It is null for a constant. Without --index: all tensors of NODE,
or of the whole network where NODE is left out too, of which numbers can be explained."""
_FILED = {
    "activation": "activation", "data": "activation", "gradient": "gradient", "edge_gradient": "edge_gradient",
    "parameter_gradient": "parameter_gradient",
}  # fmt: skip
_LISTED = 24


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_network(parser)
    parser.add_argument("node", metavar="NODE", nargs="?", help="a node, as `visualizer graph` prints its id")
    parser.add_argument(
        "--index",
        type=index,
        metavar="I,J,...",
        help="into the tensor as `visualizer record` saves it; '' for a scalar",
    )
    parser.add_argument("--backward", action="store_true", help="explain the gradient of the node's activation")
    parser.add_argument("--json", action="store_true", help="for programs; see below")
    add_pass(parser)
    parser.epilog = _EPILOG


def index(text: str) -> tuple[int, ...]:
    """Return the numbers of `0,3,7`; raise UserError for anything else."""
    if not re.fullmatch(r"(\d{1,9}(,\d{1,9})*)?", text):
        raise UserError(f"The index '{text}' cannot be used: whole numbers with commas between, as in 0,3,7.")
    return tuple(int(number) for number in text.split(",")) if text else ()


def run(arguments: argparse.Namespace) -> int:
    """Explain one number, or list what can be explained."""
    with only_json() as show:
        answer = _explained(arguments)
        if arguments.json:
            show(answer)
    if not arguments.json:
        print("\n".join(_lines(answer)))
    return 0


def _explained(arguments: argparse.Namespace) -> dict[str, Any]:
    from visualizer.engine.explain import explain, scene_of

    if arguments.index is not None and arguments.node is None:
        raise UserError("--index belongs to a node: name one, as `visualizer graph` prints them.")
    taken = take(arguments)
    scene = scene_of(taken.network, taken.seen)
    if arguments.node is not None:
        scene.node_of(arguments.node)
    if arguments.index is None:
        return {"network": arguments.network, "node": arguments.node, "explainable": _explainable(scene, arguments)}
    kind: Kind = "gradient" if arguments.backward else "activation"
    if arguments.backward and arguments.node not in taken.seen.gradients:
        raise UserError(
            f"No gradient comes back to '{arguments.node}': the loss does not depend on it, or the way from it is cut."
        )
    return _as_json(explain(scene, kind, arguments.node, arguments.index))


def _explainable(scene: Scene, arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Return the tensors of a node, or of all, whose numbers can be explained."""
    from visualizer.engine.explain import is_explained

    kind: Kind = "gradient" if arguments.backward else "activation"
    tensors = scene.seen.gradients if arguments.backward else scene.seen.activations
    wanted = [
        name for name in tensors if arguments.node in (None, name, name.partition(":")[0]) and is_explained(scene, name)
    ]
    return [
        {
            "node": name,
            "kind": kind,
            "operation": scene.node_of(name)[0].operation,
            "shape": list(tensors[name].shape),
        }
        for name in wanted
    ]


def _as_json(explanation: Explanation) -> dict[str, Any]:
    return {
        "node": explanation.name,
        "kind": explanation.kind,
        "index": list(explanation.index),
        "sentence": explanation.sentence,
        "formula": explanation.expression,
        "tex": explanation.formula,
        "tex_with_numbers": explanation.formula_with_numbers,
        "operands": list(_operands(explanation)),
        "result": explanation.result,
    }


def _operands(explanation: Explanation) -> Iterator[dict[str, Any]]:
    from visualizer.engine.explain.expressions import identifier

    counts: dict[str, int] = {}
    for operand in explanation.operands:
        name, in_array = identifier(operand.name)
        if in_array:
            counts[name] = counts.get(name, -1) + 1
        shown = f"{name}[{counts[name]}]" if in_array else name
        yield _operand(shown, operand.value, operand.kind, operand.origin, list(operand.index))
    products = explanation.products
    if products is not None:
        for factors in (products.first, products.second):
            inside = products.inside
            pairs = zip(factors.values[inside].tolist(), factors.indices[inside].tolist(), strict=True)
            for number, (value, place) in enumerate(pairs):
                yield _factor(factors, number, value, place)


def _factor(factors: Factors, number: int, value: float, place: list[int]) -> dict[str, Any]:
    return _operand(f"{factors.symbol}[{number}]", value, factors.kind, factors.origin, place)


def _operand(name: str, value: float, kind: str, origin: str, place: list[int]) -> dict[str, Any]:
    found = None
    if origin and kind != "constant":
        tensor = f"{_FILED[kind]}/{origin}" if kind in _FILED else None
        found = {"kind": kind, "name": origin, "index": place, "tensor": tensor}
    return {"name": name, "value": value, "origin": found}


def _lines(answer: dict[str, Any]) -> Iterator[str]:
    """Say it to a reader."""
    if "explainable" in answer:
        for entry in answer["explainable"]:
            yield f"{entry['node']}  {entry['operation']}  {'×'.join(map(str, entry['shape'])) or 'a single number'}"
        return
    place = ", ".join(map(str, answer["index"]))
    yield f"{answer['kind']} of {answer['node']} ({place})"
    yield answer["sentence"]
    yield f"  {answer['formula']} = {answer['result']:.9g}"
    for operand in answer["operands"][:_LISTED]:
        origin = operand["origin"]
        place = ", ".join(map(str, origin["index"])) if origin else ""
        where = f"  {origin['kind'].replace('_', ' ')} {origin['name']} ({place})" if origin else "  constant"
        yield f"  {operand['name']} = {operand['value']:.9g}{where}"
    if len(answer["operands"]) > _LISTED:
        yield f"  ... and {len(answer['operands']) - _LISTED} more; --json prints all."
