from __future__ import annotations

import json

import pytest

from visualizer import cli

NETWORK_FILE = """
import torch
from torch import nn

print("a stranger's module may print")


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.left = nn.Conv2d(1, 2, 3, padding=1)
        self.right = nn.Conv2d(1, 2, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(4)
        self.head = nn.Linear(4 * 16, 3)

    def forward(self, x):
        a, b = self.left(x), self.right(x)
        joined = self.norm(torch.cat([a + b, torch.tanh(a)], 1))
        return self.head(torch.relu(joined).flatten(1))


class Words(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Embedding(10, 4), nn.Linear(4, 2))


class Leaping(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(1, 1, bias=False)

    def forward(self, x):
        logit = self.layer(x[:, :1]) * 1e37  # loss and gradient are finite, a hundred times the gradient is not
        return torch.cat([logit, -logit], 1)


class Exploding(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 2)

    def forward(self, x):
        return self.layer(x) * 1e30 * self.layer.weight.sum()
"""


@pytest.fixture
def network_file(tmp_path):
    path = tmp_path / "own.py"
    path.write_text(NETWORK_FILE)
    return path


@pytest.fixture
def run(capsys):
    """Run a command in this process: exit code, JSON on stdout, text on stderr."""

    def run(*arguments):
        code = cli.main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return code, json.loads(out, parse_constant=_no_json) if out else None, err

    return run


def _no_json(word):
    raise AssertionError(f"{word} is no JSON")
