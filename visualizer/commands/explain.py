"""Say where one number of a recorded pass comes from: its formula, its operands, and where each was read."""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from visualizer.commands.arguments import add_network, is_trusted
from visualizer.commands.experiments import to_be_trained
from visualizer.commands.output import only_json
from visualizer.commands.record import Taken, add_pass, take
from visualizer.core import catalogue
from visualizer.core.errors import UserError
from visualizer.core.experiment import patch

if TYPE_CHECKING:
    from visualizer.core.frames import Explanation, Factors
    from visualizer.engine.explain.learning import Moment

NAME = "explain"
_EPILOG = """\
NODE is the name of a tensor in the file that `visualizer record` writes for the same arguments: a node, SOURCE->TARGET
for the gradient over one edge, a parameter or buffer; or NODE/QUANTITY, a number inside of an operation (lstm/lstm/c).
With --json: `formula` is a Python expression. Operands named `w[0]`, `w[1]`, ... are together the array `w`, all others
are single numbers; evaluated in float64 with exp, log, log1p, sqrt, tanh, erf, abs, sign, sin, cos, floor, max, min,
sum and logsumexp (sums run over whole arrays) it gives `result` within float32 rounding. The factors of a sum of
products are operands like all others. `origin` says what an operand is: its kind, name and index; `tensor` is its key
in the recorded file. It is null for a constant. Numbers that are not finite are written as "NaN", "Infinity" and
"-Infinity". Without --index: all tensors of NODE, or of the whole pass where it is left out too, of which numbers can
be explained."""
_FILED = {
    "activation": "activation", "data": "activation", "gradient": "gradient", "edge_gradient": "edge_gradient",
    "parameter_gradient": "parameter_gradient",
}  # fmt: skip
_LISTED = 24


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_network(parser)
    parser.add_argument("name", metavar="NODE", nargs="?", help="what the number belongs to; see below")
    parser.add_argument(
        "--index",
        type=index,
        metavar="I,J,...",
        help="into the tensor as `visualizer record` saves it; '' for a scalar",
    )
    parser.add_argument("--backward", action="store_true", help="explain the gradient of the number")
    parser.add_argument("--update", action="store_true", help="of a parameter: what the optimizer's first step adds")
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
    from visualizer.engine.explain.learning import LEARNED, explain_learned
    from visualizer.engine.explain.names import explainable, kind_of

    name, index = arguments.name, arguments.index
    if index is not None and name is None:
        raise UserError("--index belongs to a name: give one, as `visualizer explain` lists them without an index.")
    if arguments.backward and arguments.update:
        raise UserError("Give either --backward or --update, not both.")
    taken = take(arguments)
    scene = scene_of(taken.network, taken.seen)
    kind = None if name is None else kind_of(scene, name, arguments.backward)
    if index is None:
        listed = [
            {"node": found.name, "kind": found.kind, "operation": found.operation, "shape": list(found.shape)}
            for found in explainable(scene, arguments.backward)
            if name is None or found.belongs_to(name)
        ]
        return {"network": arguments.network, "node": name, "explainable": listed}
    assert kind is not None
    moment = _moment(arguments, taken)
    if arguments.update:
        if kind != "parameter" or moment is None:
            raise UserError("--update is for parameters of a network that learns from data: name one, and its data.")
        kind = "update"
    if moment is not None and kind in LEARNED:
        return _as_json(explain_learned(scene, moment, kind, name, index))
    return _as_json(explain(scene, kind, name, index))


def _moment(arguments: argparse.Namespace, taken: Taken) -> Moment | None:
    """Return the moment before the first step of training, None where nothing is known of that."""
    from visualizer.engine.explain.learning import Moment

    if arguments.dataset is None and catalogue.is_network_file(arguments.network):
        return None
    given = argparse.Namespace(network=arguments.network, trust=is_trusted(arguments))
    if arguments.dataset is not None:
        given.dataset = arguments.dataset
    experiment = patch(to_be_trained(given), weights=arguments.weights or "initial", seed=arguments.seed)
    first = {name: parameter.detach() for name, parameter in taken.network.named_parameters()}
    return Moment(experiment, 0, -1 if arguments.input else arguments.sample or 0, {}, first)


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
        "result": _number(explanation.result),
    }


def _number(value: float) -> float | str:
    """Return a number as JSON knows it; for those that are not finite it has none."""
    return value if math.isfinite(value) else {math.inf: "Infinity", -math.inf: "-Infinity"}.get(value, "NaN")


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
    return {"name": name, "value": _number(value), "origin": found}


def _lines(answer: dict[str, Any]) -> Iterator[str]:
    """Say it to a reader."""
    if "explainable" in answer:
        for entry in answer["explainable"]:
            said = entry["operation"] or entry["kind"].replace("_", " ")
            yield f"{entry['node']}  {said}  {'×'.join(map(str, entry['shape'])) or 'a single number'}"
        return
    place = ", ".join(map(str, answer["index"]))
    yield f"{answer['kind']} of {answer['node']} ({place})"
    yield answer["sentence"]
    yield f"  {answer['formula']} = {float(answer['result']):.9g}"
    for operand in answer["operands"][:_LISTED]:
        origin = operand["origin"]
        place = ", ".join(map(str, origin["index"])) if origin else ""
        where = f"  {origin['kind'].replace('_', ' ')} {origin['name']} ({place})" if origin else "  constant"
        yield f"  {operand['name']} = {float(operand['value']):.9g}{where}"
    if len(answer["operands"]) > _LISTED:
        yield f"  ... and {len(answer['operands']) - _LISTED} more; --json prints all."
