"""Whatever operations a network is made of, its recording is exact."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from tests.engine.test_recording import assert_shares_add_up, same
from visualizer.engine.recording import record

UNARY = {
    "tanh": torch.tanh,
    "neg": torch.neg,
    "square": lambda a: a * a,
    "scaled": lambda a: 0.5 * a,
    "first rows": lambda a: torch.cat([a[:2], a[2:] * 2]),
    "written": lambda a: (a * 1).mul_(0.7),
    "rectified view": lambda a: functional.relu((a * 1).view(-1), inplace=True).view(a.shape),
    "two parts": lambda a: torch.cat(a.chunk(2, 1)[::-1], 1),
}
BINARY = {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "written": lambda a, b: (a * 1).add_(b)}


class RandomNetwork(nn.Module):
    """Applies operations to any of the tensors before; what is left over is summed up."""

    def __init__(self, program: list[tuple[str, int, int]]) -> None:
        super().__init__()
        self.program = program
        self.layers = nn.ModuleList(nn.Linear(4, 4) for _ in range(2)).double()

    def forward(self, x):
        values = [x]
        for operation, first, second in self.program:
            a, b = values[first % len(values)], values[second % len(values)]
            if operation.startswith("layer"):
                values.append(self.layers[int(operation[-1])](a))
            elif operation in UNARY:
                values.append(UNARY[operation](a))
            else:
                values.append(BINARY[operation.removeprefix("two: ")](a, b))
        return torch.stack(values[-3:]).sum(0)


operations = st.sampled_from(["layer 0", "layer 1", *UNARY, *(f"two: {name}" for name in BINARY)])
programs = st.lists(st.tuples(operations, st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=14)


@settings(max_examples=60)
@given(programs)
def test_any_graph_of_operations_is_exact(program):
    torch.manual_seed(0)
    network, x = RandomNetwork(program), torch.randn(3, 4).double()
    leaf = x.clone().requires_grad_()
    parameters = dict(network.named_parameters())
    wanted = torch.autograd.grad(network(leaf).sum(), [*parameters.values(), leaf], allow_unused=True)
    seen = record(network, [x], torch.sum)
    found = [*(seen.parameter_gradients.get(name) for name in parameters), *seen.input_gradients]
    assert all(map(same, found, wanted))
    assert_shares_add_up(seen, tolerance=1e-12)
