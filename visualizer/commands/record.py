"""Record one pass forward and backward: every activation and gradient, into a safetensors file."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from visualizer.commands.arguments import add_network, count, is_trusted, seed
from visualizer.commands.output import only_json, writable
from visualizer.core import catalogue
from visualizer.core.errors import UserError

if TYPE_CHECKING:
    from torch import Tensor, nn

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
    parser.add_argument("--target", type=count, metavar="N", help="the class that belongs to --input")
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

    loss_id = arguments.loss or _default_loss(arguments)
    loss = losses.loss(loss_id)
    torch.set_num_threads(1)
    network = _network(arguments)
    sample, target = _sample(arguments, network)
    _check_loss(loss_id, _task(arguments))

    def loss_of(output: Tensor) -> Tensor:
        if target.is_floating_point():
            _check_numbers(arguments.network, output, target)
        elif target.dim() == 1:
            _check_logits(arguments.network, output, int(target))
        return loss(output, target)

    torch.manual_seed(arguments.seed)  # for what a network draws while it runs
    sample, seen = _record_reading(arguments.network, network, _readings(arguments.network, network, sample), loss_of)
    _check_finite(seen)
    return Taken(network, sample, target, loss_id, seen)


def _record(arguments: argparse.Namespace) -> dict[str, Any]:
    from visualizer.engine import weights

    taken = take(arguments)
    recorded, target = taken.seen, taken.target
    weights.save(_tensors(recorded, taken.sample, target), arguments.output)
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


def _default_loss(arguments: argparse.Namespace) -> str:
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
    """Return what the target of a network is; a class where neither it nor its data are of the catalogue."""
    if arguments.dataset is None and catalogue.is_network_file(arguments.network):
        return "classification"
    return catalogue.dataset(_dataset(arguments)).task


def _dataset(arguments: argparse.Namespace) -> str:
    return arguments.dataset or catalogue.network(arguments.network).dataset


def _sample(arguments: argparse.Namespace, network: nn.Module) -> tuple[Tensor, Tensor]:
    """Return one input, whose batch dimension may be missing, and its target, of which it is a batch of one."""
    import torch

    if arguments.input is None:
        return _held_out(arguments, network)
    if arguments.sample is not None or arguments.dataset is not None:
        raise UserError("Give either --input with --target, or --dataset with --sample, not both.")
    if _task(arguments) == "generation":
        if arguments.target is not None:
            raise UserError(f"{arguments.network} needs no --target: its input is noise, to be judged as real.")
        return _from_file(arguments.input), torch.ones(1, 1)
    if _task(arguments) != "classification":
        raise UserError(
            f"{arguments.network} has no target of one class, so --input cannot be used: give --dataset with --sample."
        )
    if arguments.target is None:
        raise UserError("The class that belongs to --input is missing: give it with --target.")
    return _from_file(arguments.input), torch.tensor([arguments.target])


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


def _from_file(path: Path) -> Tensor:
    """Return the array of a .npy file; raise UserError where it is no array of finite numbers."""
    import numpy as np
    import torch

    try:
        array = np.load(path, allow_pickle=False)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}.") from None
    except MemoryError:
        raise UserError(f"{path} does not fit into the memory, or is damaged.") from None
    except (ValueError, EOFError) as error:
        raise UserError(f"{path} is no .npy file of numbers: {str(error).splitlines()[0].rstrip('.')}.") from None
    if not isinstance(array, np.ndarray):
        raise UserError(f"{path} holds several arrays: give a .npy file with one.")
    if array.dtype.kind not in "fiu":
        raise UserError(f"{path} holds values of type {array.dtype}, it has to hold real numbers.")
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        first = ", ".join(map(str, bad[0].tolist()))
        raise UserError(f"{path} holds NaN or infinite values, the first at ({first}): it has to hold finite ones.")
    kind = np.float64 if array.dtype.kind == "f" else np.int64
    return torch.from_numpy(np.ascontiguousarray(array, kind))


def _record_reading(name: str, network: nn.Module, readings: list[Tensor], loss: Loss) -> tuple[Tensor, Pass]:
    """Return the first reading of the input that the network takes, and its pass.

    Raises UserError, about the first reading, where it takes none.
    """
    from visualizer.engine import networks
    from visualizer.engine.recording import record

    problems = []
    for batch in readings:
        try:
            return batch, record(network, [batch], loss=loss)
        except UserError as problem:
            problems.append(problem)
    given, right = _sizes(readings[0].shape), ""
    if not catalogue.is_network_file(name):
        right = f", {name} is made for {_sizes((1, *networks.input_shape(name, network)))}"
    raise UserError(f"{str(problems[0]).rstrip('.')} (the input was given as {given}{right}).") from problems[0]


def _readings(name: str, network: nn.Module, sample: Tensor) -> list[Tensor]:
    """Return the batches of one sample that an array may stand for, the likeliest first.

    The batch dimension may be missing, and whole numbers may stand for themselves or for real ones.
    """
    import torch

    from visualizer.engine import networks

    real = next((p.dtype for p in network.parameters() if p.is_floating_point()), torch.float32)
    batch = sample.unsqueeze(0)
    has_batch = sample.dim() > 0 and len(sample) == 1
    if not catalogue.is_network_file(name):
        own = networks.input_shape(name, network)
        reading = sample if has_batch and sample.dim() > len(own) else batch
        if reading.dim() != 1 + len(own):
            right = f"{_sizes(own)}, or {_sizes((1, *own))} with the batch dimension"
            raise UserError(f"The input has the shape {_sizes(sample.shape)}: {name} takes one sample of {right}.")
        return [reading.to(real)]
    shaped = [sample, batch] if has_batch else [batch, sample]
    kinds = [real] if sample.is_floating_point() else [sample.dtype, real]
    return [reading.to(kind) for kind in kinds for reading in shaped]


def _check_loss(loss: str, task: Task) -> None:
    """Raise UserError for a loss that is for another kind of target."""
    if task not in catalogue.loss(loss).tasks:
        fitting = " or ".join(entry.id for entry in catalogue.LOSSES if task in entry.tasks)
        what = {"regression": "numbers", "generation": "one judgement"}.get(task, "classes")
        raise UserError(f"The loss {loss} does not fit a target of {what}: use {fitting}.")


def _check_numbers(name: str, output: object, target: Tensor) -> None:
    """Raise UserError unless the output holds one number for each of the target."""
    from torch import Tensor

    if not isinstance(output, Tensor) or output.shape != target.shape:
        given = "×".join(map(str, output.shape)) if isinstance(output, Tensor) else type(output).__name__
        needed = "×".join(map(str, target.shape))
        raise UserError(f"{name} gives an output of {given}: the target needs one tensor of shape {needed}.")


def _check_logits(name: str, logits: object, target: int) -> None:
    """Raise UserError unless these are logits of one sample, the target among their classes."""
    from torch import Tensor

    needed = "the loss needs one tensor of logits of shape 1×classes"
    if not isinstance(logits, Tensor):
        raise UserError(f"{name} gives an output of type {type(logits).__name__}: {needed}.")
    if logits.dim() != 2 or len(logits) != 1:
        raise UserError(f"{name} gives an output of shape {_sizes(logits.shape)}: {needed}.")
    if not logits.is_floating_point():
        raise UserError(f"{name} gives an output of {str(logits.dtype).removeprefix('torch.')}: {needed}.")
    if target >= logits.shape[1]:
        raise UserError(f"There is no class {target}: {name} has classes from 0 to {logits.shape[1] - 1}.")


def _sizes(shape: Sequence[int]) -> str:
    return "×".join(map(str, shape)) or "()"


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
