"""The state of a pretraining run in one file: parameters, buffers, momentum and the number of steps done."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn

from visualizer.engine import weights


def save_checkpoint(path: Path, network: nn.Module, optimizer: torch.optim.SGD, steps_done: int) -> None:
    """Write the state so that a kill at any moment leaves a whole file; raise UserError where it cannot be written."""
    state = {f"network.{name}": tensor for name, tensor in network.state_dict().items()}
    for name, parameter in network.named_parameters():
        state[f"momentum.{name}"] = optimizer.state[parameter]["momentum_buffer"]
    weights.save({**state, "steps_done": torch.tensor(steps_done)}, path)


def load_checkpoint(path: Path, network: nn.Module, optimizer: torch.optim.SGD) -> int:
    """Restore the state in place and return the number of steps done, 0 where there is no file yet."""
    if not path.exists():
        return 0
    state = load_file(path)
    network.load_state_dict({name: state[f"network.{name}"] for name in network.state_dict()})
    for name, parameter in network.named_parameters():
        optimizer.state[parameter]["momentum_buffer"] = state[f"momentum.{name}"]
    return int(state["steps_done"])
