from __future__ import annotations

import json

import pytest

from tests.commands.driven import IDS, fails, python
from visualizer.engine import networks


@pytest.mark.parametrize("name", IDS)
def test_graph_of_the_catalogue(run, name):
    code, graph, err = run("graph", name)
    assert (code, err) == (0, "")
    nodes = {node["id"]: node for node in graph["nodes"]}
    network = networks.build(name, 0)
    counted = {name for node in graph["nodes"] for name in node["parameter_names"]}
    assert counted == {name for name, _ in network.named_parameters()}
    assert sum(node["parameters"] for node in graph["nodes"]) == sum(p.numel() for p in network.parameters())
    modules = dict(network.named_modules())
    for node in graph["nodes"]:
        assert {"id", "operation", "module", "class", "shape", "parameters", "kind"} <= set(node)
        assert node["class"] == type(modules[node["module"]]).__name__
    for edge in graph["edges"]:
        assert edge["shape"] == nodes[edge["source"]]["shapes"][edge["output"]]
        assert edge["target"] in nodes
    assert nodes["input"]["shape"] == [1, *networks.input_shape(name, network)]
    assert "error" not in graph


def test_graph_of_residual_blocks_has_their_shortcuts(run):
    _, graph, _ = run("graph", "resnet20")
    additions = [node["id"] for node in graph["nodes"] if node["operation"] == "add"]
    assert len(additions) == 9
    for addition in additions:
        assert sum(edge["target"] == addition for edge in graph["edges"]) == 2


def test_graph_up_to_a_wrong_shape(run):
    code, graph, err = run("graph", "lenet", "--input", "1x1x20x20")
    assert code == 2
    for word in ("linear1", "1×144", "120×400"):
        assert word in err
    assert err.count("\n") == 1
    ran = [node["id"] for node in graph["nodes"]]
    assert ran[:4] == ["input", "conv1", "relu1", "pool1"]
    assert graph["error"] in err
    assert graph["nodes"][-1]["error"]


def test_a_network_file_needs_trust(run, network_file):
    fails(run("graph", f"{network_file}:Net"), "--trust", str(network_file))
    code, graph, err = run("graph", f"{network_file}:Net", "--trust", "--input", "2x1x4x4")
    assert code == 0
    assert "a stranger's module may print" in err
    assert [node["operation"] for node in graph["nodes"]].count("cat") == 1
    assert graph["nodes"][0]["shape"] == [2, 1, 4, 4]


def test_graph_of_a_network_that_takes_whole_numbers(run, network_file):
    code, graph, _ = run("graph", f"{network_file}:Words", "--trust", "--input", "1x7")
    assert code == 0
    assert [node["operation"] for node in graph["nodes"]] == ["input", "embedding", "linear"]


def test_a_network_file_has_no_input_of_its_own(run, network_file):
    code, _, err = run("graph", f"{network_file}:Net", "--trust")
    assert code == 2
    assert "--input" in err
    code, _, err = run("graph", f"{network_file}:Nett", "--trust")
    assert code == 2
    assert "did you mean 'Net'" in err


def test_what_a_network_writes_past_python_is_not_in_the_json(tmp_path):
    (tmp_path / "own.py").write_text(
        "import os\nfrom torch import nn\n"
        "class Net(nn.Linear):\n"
        "    def __init__(self): super().__init__(2, 2); os.write(1, b'built ')\n"
        "    def forward(self, x): os.write(1, b'ran '); return super().forward(x)\n"
    )
    ended = python("-m", "visualizer", "graph", f"{tmp_path / 'own.py'}:Net", "--trust", "--input", "1x2")
    assert ended.returncode == 0
    assert [node["id"] for node in json.loads(ended.stdout)["nodes"]] == ["input", "linear"]
    assert ended.stderr.startswith("built ran")
