"""Record one pass forward and backward: every activation and gradient, into a safetensors file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from visualizer.commands.arguments import add_network, count, is_trusted, seed
from visualizer.commands.output import only_json, writable
from visualizer.core import catalogue
from visualizer.core.errors import UserError

if TYPE_CHECKING:
    from torch import Tensor, nn

    from visualizer.engine.recording import Pass

NAME = "record"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_network(parser)
    parser.add_argument("--weights", metavar="FILE|pretrained", help="default: initial ones drawn from the seed")
    parser.add_argument("--dataset", metavar="ID", help="where the sample is from; default: the network's own")
    parser.add_argument("--sample", type=count, metavar="N", help="number of a held-out sample; default: 0")
    parser.add_argument("--input", type=Path, metavar="FILE.npy", help="an input of your own, of one sample")
    parser.add_argument("--target", type=count, metavar="N", help="the class that belongs to --input")
    parser.add_argument("--loss", metavar="ID", help="default: the network's own, cross-entropy for a file")
    parser.add_argument("--seed", type=seed, default=0, metavar="N", help="for the initial weights; default: 0")
    parser.add_argument("--output", type=writable, required=True, metavar="FILE.safetensors")


def run(arguments: argparse.Namespace) -> int:
    """Record one sample in eval mode, write all tensors and print a summary."""
    with only_json() as show:
        show(_record(arguments))
    return 0


def _record(arguments: argparse.Namespace) -> dict[str, Any]:
    import torch

    from visualizer.engine import losses, weights
    from visualizer.engine.recording import record

    loss_id = arguments.loss or _default_loss(arguments.network)
    loss = losses.loss(loss_id)
    torch.set_num_threads(1)
    network = _network(arguments)
    sample, number = _sample(arguments)
    target = torch.tensor([number])
    sample = _as_batch(network, arguments, sample, number)
    recorded = record(network, [sample], loss=lambda logits: loss(logits, target))
    weights.save(_tensors(recorded, sample, target), arguments.output)
    assert recorded.loss is not None  # it was recorded with one
    return {
        "network": arguments.network,
        "weights": arguments.weights or "initial",
        "seed": arguments.seed,
        "mode": "eval",
        "loss": {"id": loss_id, "value": recorded.loss.item()},
        "target": number,
        "prediction": int(recorded.output.argmax()),
        "forward_order": recorded.forward_order,
        "backward_order": recorded.backward_order,
        "output": str(arguments.output),
    }


def _default_loss(network: str) -> str:
    return "cross-entropy" if catalogue.is_network_file(network) else catalogue.network(network).loss


def _network(arguments: argparse.Namespace) -> nn.Module:
    from visualizer.engine import networks, weights

    network = networks.build(arguments.network, arguments.seed, trusted=is_trusted(arguments)).eval()
    if arguments.weights == "pretrained":
        weights.load_into(network, weights.pretrained_path(arguments.network))
    elif arguments.weights is not None:
        weights.load_into(network, Path(arguments.weights))
    return network


def _sample(arguments: argparse.Namespace) -> tuple[Tensor, int]:
    """Return one input with its batch dimension, and its class."""
    if arguments.input is None:
        return _held_out(arguments)
    if arguments.sample is not None or arguments.dataset is not None:
        raise UserError("Give either --input with --target, or --dataset with --sample, not both.")
    if arguments.target is None:
        raise UserError("The class that belongs to --input is missing: give it with --target.")
    return _from_file(arguments.input), arguments.target


def _held_out(arguments: argparse.Namespace) -> tuple[Tensor, int]:
    from visualizer.engine import datasets

    if arguments.target is not None:
        raise UserError("--target belongs to --input: a held-out sample has a class of its own.")
    if arguments.dataset is None and catalogue.is_network_file(arguments.network):
        raise UserError(f"What {arguments.network} is to see is missing: give --input with --target, or --dataset.")
    data = datasets.load(arguments.dataset or catalogue.network(arguments.network).dataset)
    number, total = arguments.sample or 0, len(data.validation_targets)
    if number >= total:
        raise UserError(f"There is no held-out sample {number}: they are numbered from 0 to {total - 1}.")
    return data.validation_inputs[number : number + 1], int(data.validation_targets[number])


def _from_file(path: Path) -> Tensor:
    """Return the array of a .npy file; raise UserError where it is no array of finite numbers."""
    import numpy as np
    import torch

    try:
        array = np.load(path, allow_pickle=False)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}.") from None
    except (ValueError, EOFError) as error:
        raise UserError(f"{path} is no .npy file of numbers: {str(error).splitlines()[0].rstrip('.')}.") from None
    if not isinstance(array, np.ndarray):
        raise UserError(f"{path} holds several arrays: give a .npy file with one.")
    if array.dtype.kind not in "fiu":
        raise UserError(f"{path} holds values of type {array.dtype}, it has to hold real numbers.")
    if not np.isfinite(array).all():
        raise UserError(f"{path} holds NaN or infinite values, it has to hold finite ones.")
    kind = np.float32 if array.dtype.kind == "f" else np.int64
    return torch.from_numpy(np.ascontiguousarray(array, kind))


def _as_batch(network: nn.Module, arguments: argparse.Namespace, sample: Tensor, target: int) -> Tensor:
    """Return the sample with its batch dimension, which a file may leave out.

    Raises UserError where the network does not take it, or has no such class.
    """
    problems = []
    for batch in _readings(arguments.network, sample):
        problem = _problem(network, arguments.network, batch, target)
        if not problem:
            return batch
        problems.append(problem)
    raise UserError(problems[0])


def _readings(network: str, sample: Tensor) -> list[Tensor]:
    """Return the batches of one sample that the array may stand for."""
    batch = sample.unsqueeze(0)
    has_batch = sample.dim() > 0 and len(sample) == 1
    if catalogue.is_network_file(network):
        return [sample, batch] if has_batch else [batch]
    return [sample if has_batch and sample.dim() > len(catalogue.network(network).input_shape) else batch]


def _problem(network: nn.Module, name: str, batch: Tensor, target: int) -> str:
    """Return in a sentence why the loss of this sample cannot be computed, "" where it can."""
    from visualizer.engine.tracing import trace

    graph = trace(network, [batch])
    if graph.error:
        return graph.error
    node, _, output = graph.outputs[0].partition(":")
    given = graph.node[node].shapes[int(output or 0)]
    if len(given) != 2 or given[0] != 1:
        return f"{name} gives an output of shape {_sizes(given)}: the loss needs logits of shape 1×classes."
    if target >= given[1]:
        return f"There is no class {target}: {name} has classes from 0 to {given[1] - 1}."
    return ""


def _tensors(recorded: Pass, sample: Tensor, target: Tensor) -> dict[str, Tensor]:
    assert recorded.loss is not None  # it was recorded with one
    groups = {
        "activation": recorded.activations,
        "gradient": recorded.gradients,
        "edge_gradient": recorded.edge_gradients,
        "parameter_gradient": recorded.parameter_gradients,
    }
    named = {f"{group}/{name}": tensor for group, tensors in groups.items() for name, tensor in tensors.items()}
    return {**named, "input": sample, "target": target, "loss": recorded.loss}


def _sizes(sizes: tuple[int, ...]) -> str:
    return "×".join(map(str, sizes)) or "()"
