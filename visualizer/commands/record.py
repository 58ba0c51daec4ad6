"""Record one pass forward and backward: every activation and gradient, into a safetensors file."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from visualizer.commands.arguments import add_network, count, is_trusted, seed
from visualizer.commands.arrays import read_array, sizes
from visualizer.commands.output import only_json, writable
from visualizer.commands.targets import FORMS, check_loss, check_output, read_target
from visualizer.core import catalogue
from visualizer.core.errors import UserError

if TYPE_CHECKING:
    from torch import Tensor, dtype, nn

    from visualizer.core.catalogue import Task
    from visualizer.engine.recording import Pass
    from visualizer.engine.tracing import Loss

NAME = "record"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_network(parser)
    add_pass(parser)
    parser.add_argument("--output", type=writable, required=True, metavar="FILE.safetensors")


def add_pass(parser: argparse.ArgumentParser) -> None:
    """Declare what one pass of a network depends on."""
    parser.add_argument("--weights", metavar="FILE|pretrained", help="default: initial ones drawn from the seed")
    parser.add_argument("--dataset", metavar="ID", help="where the sample is from; default: the network's own")
    parser.add_argument("--sample", type=count, metavar="N", help="number of a held-out sample; default: 0")
    parser.add_argument("--input", type=Path, metavar="FILE.npy", help="an input of your own, of one sample")
    parser.add_argument("--target", metavar="TARGET", help=f"what belongs to --input: {FORMS}")
    parser.add_argument("--loss", metavar="ID", help="default: the network's own, cross-entropy for a file")
    parser.add_argument("--seed", type=seed, default=0, metavar="N", help="for the initial weights; default: 0")


def run(arguments: argparse.Namespace) -> int:
    """Record one sample in eval mode, write all tensors and print a summary."""
    with only_json() as show:
        show(_record(arguments))
    return 0


@dataclass(frozen=True)
class Taken:
    """A pass of one sample, what it was taken of, and the loss it ended in."""

    network: nn.Module
    sample: Tensor
    target: Tensor
    loss: str
    seen: Pass


def take(arguments: argparse.Namespace) -> Taken:
    """Run the pass that the arguments of `add_pass` describe, in eval mode."""
    import torch

    from visualizer.engine import losses

    loss_id = _loss(arguments)
    loss = losses.loss(loss_id)
    check_loss(loss_id, _task(arguments))
    torch.set_num_threads(1)
    network = _network(arguments)
    sample, target = _own(arguments) if arguments.input is not None else _held_out(arguments, network)
    readings = _readings(arguments, network, sample)
    if target.is_floating_point():
        target = target.to(_real(network))

    def loss_of(output: object) -> Tensor:
        return loss(check_output(arguments.network, output, target), target)

    torch.manual_seed(arguments.seed)  # for what a network draws while it runs
    sample, seen = _record_reading(arguments, network, readings, loss_of)
    _check_finite(seen)
    return Taken(network, sample, target, loss_id, seen)


def _record(arguments: argparse.Namespace) -> dict[str, Any]:
    from visualizer.engine import weights

    output = arguments.output.absolute()  # a stranger's network may go to another folder
    taken = take(arguments)
    recorded, target = taken.seen, taken.target
    weights.save(_tensors(recorded, taken.sample, target), output)
    assert recorded.loss is not None  # it was recorded with one
    return {
        "network": arguments.network,
        "weights": arguments.weights or "initial",
        "seed": arguments.seed,
        "mode": "eval",
        "loss": {"id": taken.loss, "value": recorded.loss.item()},
        "target": target[0].tolist(),
        "prediction": (recorded.output if target.is_floating_point() else recorded.output.argmax(-1))[0].tolist(),
        "forward_order": recorded.forward_order,
        "backward_order": recorded.backward_order,
        "output": str(arguments.output),
    }


def _loss(arguments: argparse.Namespace) -> str:
    if arguments.loss is not None:
        return catalogue.loss(arguments.loss).id
    if arguments.dataset is not None:
        return catalogue.loss_for(arguments.network, arguments.dataset)
    return (
        "cross-entropy" if catalogue.is_network_file(arguments.network) else catalogue.network(arguments.network).loss
    )


def _network(arguments: argparse.Namespace) -> nn.Module:
    from visualizer.engine import networks, weights

    network = networks.build(
        arguments.network, arguments.seed, dataset=arguments.dataset or "", trusted=is_trusted(arguments)
    ).eval()
    if arguments.weights == "pretrained":
        weights.load_into(network, weights.pretrained_path(arguments.network))
    elif arguments.weights is not None:
        weights.load_into(network, Path(arguments.weights))
    return network


def _task(arguments: argparse.Namespace) -> Task:
    """Return what the target of a network is; where neither it nor its data are of the catalogue, the loss says it."""
    if arguments.dataset is not None or not catalogue.is_network_file(arguments.network):
        return catalogue.dataset(_dataset(arguments)).task
    task = catalogue.loss(_loss(arguments)).tasks[0]
    return "labelling" if task == "classification" and "," in (arguments.target or "") else task


def _dataset(arguments: argparse.Namespace) -> str:
    return arguments.dataset or catalogue.network(arguments.network).dataset


def _own(arguments: argparse.Namespace) -> tuple[Tensor, Tensor]:
    """Return the input that was given, whose batch dimension may be missing, and its target, of a batch of one."""
    if arguments.sample is not None:
        raise UserError("Give either --input with --target, or --sample, not both.")
    return read_array(arguments.input), read_target(arguments.network, arguments.target, _task(arguments))


def _held_out(arguments: argparse.Namespace, network: nn.Module) -> tuple[Tensor, Tensor]:
    from visualizer.engine import datasets
    from visualizer.engine.adversarial.pair import pair_obstacle, with_noise

    if arguments.target is not None:
        raise UserError("--target belongs to --input: a held-out sample has a target of its own.")
    if arguments.dataset is None and catalogue.is_network_file(arguments.network):
        raise UserError(f"What {arguments.network} is to see is missing: give --input with --target, or --dataset.")
    data = datasets.load(_dataset(arguments))
    if _task(arguments) == "generation":
        obstacle = pair_obstacle(arguments.network, network, catalogue.dataset(_dataset(arguments)))
        if obstacle:
            raise UserError(obstacle)
        data = with_noise(data, network)
    number, total = arguments.sample or 0, len(data.validation_targets)
    if number >= total:
        raise UserError(f"There is no held-out sample {number}: they are numbered from 0 to {total - 1}.")
    return data.validation_inputs[number : number + 1], data.validation_targets[number : number + 1]


def _record_reading(
    arguments: argparse.Namespace, network: nn.Module, readings: list[Tensor], loss: Loss
) -> tuple[Tensor, Pass]:
    """Return the first reading of the input that the network takes, and its pass.

    Raises UserError, about the first reading, where it takes none.
    """
    from visualizer.engine.recording import record

    problems = []
    for batch in readings:
        try:
            return batch, record(network, [batch], loss=loss)
        except UserError as problem:
            problems.append(problem)
    given, right = sizes(readings[0].shape), ""
    if not catalogue.is_network_file(arguments.network):
        right = f", {arguments.network} is made for {sizes((1, *_input_shape(arguments, network)))}"
    raise UserError(f"{str(problems[0]).rstrip('.')} (the input was given as {given}{right}).") from problems[0]


def _readings(arguments: argparse.Namespace, network: nn.Module, sample: Tensor) -> list[Tensor]:
    """Return the batches of one sample that an array may stand for, the likeliest first.

    The batch dimension may be missing, and whole numbers may stand for themselves or for real ones.
    """
    real, batch = _real(network), sample.unsqueeze(0)
    has_batch = sample.dim() > 0 and len(sample) == 1
    if not catalogue.is_network_file(arguments.network):
        own = _input_shape(arguments, network)
        reading = sample if has_batch and sample.dim() > len(own) else batch
        if reading.dim() != 1 + len(own):
            right = f"{sizes(own)}, or {sizes((1, *own))} with the batch dimension"
            raise UserError(
                f"The input has the shape {sizes(sample.shape)}: {arguments.network} takes one sample of {right}."
            )
        return [_converted(reading, real)]
    shaped = [sample, batch] if has_batch else [batch, sample]
    kinds = [real] if sample.is_floating_point() else [sample.dtype, real]
    return [_converted(reading, kind) for kind in kinds for reading in shaped]


def _converted(values: Tensor, kind: dtype) -> Tensor:
    import torch

    converted = values.to(kind)
    if not torch.isfinite(converted).all():
        known = str(kind).removeprefix("torch.")
        raise UserError(f"The input holds numbers too large for {known}, with which the network computes.")
    return converted


def _input_shape(arguments: argparse.Namespace, network: nn.Module) -> tuple[int, ...]:
    """Return the shape of one input of a network of the catalogue, as it was built for its data."""
    from visualizer.engine import networks

    entry, dataset = catalogue.network(arguments.network), _dataset(arguments)
    if hasattr(network, "noise_size") or dataset not in entry.datasets:
        return networks.input_shape(arguments.network, network)
    return catalogue.dataset(dataset).input_shape


def _real(network: nn.Module) -> dtype:
    """Return the type of real numbers that a network computes with."""
    import torch

    return next((p.dtype for p in network.parameters() if p.is_floating_point()), torch.float32)


def _check_finite(recorded: Pass) -> None:
    """Raise UserError where the loss is no finite number, naming where the numbers went astray."""
    import torch

    if recorded.loss is None or torch.isfinite(recorded.loss):
        return
    first = next(name for name, tensor in recorded.activations.items() if not torch.isfinite(tensor).all())
    raise UserError(f"The loss is {recorded.loss.item()}: the first activation that is not finite is '{first}'.")


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
