"""Weights files: written whole, read with limits, and refused in one sentence where they do not fit."""

from __future__ import annotations

import errno
import json
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file
from torch import Tensor, nn

from visualizer.core.errors import UserError
from visualizer.engine import networks, weights
from visualizer.engine.safetensors_file import HEADER_LIMIT, TENSOR_LIMIT

torch.set_num_threads(1)


def small() -> nn.Module:
    """Return a network with weights, biases, floating buffers and an integer buffer."""
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))


def state(module: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in module.state_dict().items()}


def equal(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def file_of(header: Any, data: bytes = b"") -> bytes:
    """Return a safetensors file with any header at all."""
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(raw)) + raw + data


@pytest.mark.parametrize("name", [name for name, _ in networks.NETWORKS])
def test_weights_come_back_bit_for_bit(name: str, tmp_path: Path) -> None:
    saved, loaded = networks.build(name, 1), networks.build(name, 2)
    weights.save(saved, tmp_path / "w.safetensors", {"step": "7"})
    weights.load_into(loaded, tmp_path / "w.safetensors")
    assert equal(state(saved), state(loaded))
    assert equal(load_file(tmp_path / "w.safetensors"), state(saved))  # the library reads the same
    assert weights.card(tmp_path / "w.safetensors") == {"step": "7"}


def test_loading_keeps_the_tensors_that_others_hold(tmp_path: Path) -> None:
    module = small()
    before = dict(module.named_parameters())
    weights.save(small(), tmp_path / "w.safetensors")
    weights.load_into(module, tmp_path / "w.safetensors")
    assert all(before[name] is parameter for name, parameter in module.named_parameters())
    assert all(parameter.requires_grad for parameter in module.parameters())


def test_tied_and_transposed_tensors_can_be_saved(tmp_path: Path) -> None:
    module = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    module[1].weight = module[0].weight
    module[0].weight.data = module[0].weight.data.t()
    weights.save(module, tmp_path / "w.safetensors")
    assert equal(load_file(tmp_path / "w.safetensors"), state(module))


def test_other_precisions_are_converted(tmp_path: Path) -> None:
    module = small()
    expected = {name: tensor.half() if tensor.is_floating_point() else tensor for name, tensor in state(module).items()}
    weights.save(expected, tmp_path / "w.safetensors")
    weights.load_into(module, tmp_path / "w.safetensors")
    assert module[0].weight.dtype == torch.float32
    assert torch.equal(module[0].weight, expected["0.weight"].float())


def without(name: str) -> Callable[[dict[str, Tensor]], Any]:
    return lambda tensors: tensors.pop(name)


def with_tensor(name: str, tensor: Tensor) -> Callable[[dict[str, Tensor]], Any]:
    return lambda tensors: tensors.update({name: tensor})


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (without("0.bias"), "lacks '0.bias', which the network has"),
        (lambda tensors: tensors.clear(), "lacks '0.weight' and 6 more"),
        (with_tensor("head.weight", torch.zeros(1)), "holds 'head.weight', which the network does not have"),
        (with_tensor("0.weight", torch.zeros(5, 2)), "'0.weight' has shape 5×2, the network needs 3×2"),
        (with_tensor("1.num_batches_tracked", torch.zeros(2).long()), "the network needs of a single number"),
        (with_tensor("0.bias", torch.tensor([0, float("nan"), 0])), "'0.bias' holds NaN or infinite"),
        (with_tensor("1.running_var", torch.tensor([0, float("inf"), 0])), "'1.running_var' holds NaN or infinite"),
        (with_tensor("0.bias", torch.zeros(3).long()), "'0.bias' is int64, the network needs float32"),
        (with_tensor("1.num_batches_tracked", torch.tensor(1.0)), "is float32, the network needs int64"),
    ],
)
def test_weights_that_do_not_fit_are_refused_whole(
    tmp_path: Path, change: Callable[[dict[str, Tensor]], Any], sentence: str
) -> None:
    tensors = {name: tensor + 1 for name, tensor in state(small()).items()}
    change(tensors)
    weights.save(tensors, tmp_path / "w.safetensors")
    assert sentence in refusal(small(), tmp_path / "w.safetensors")


def refusal(module: nn.Module, path: Path) -> str:
    """Return the sentence with which a file is refused; the module has to stay as it is."""
    before = state(module)
    with pytest.raises(UserError) as caught:
        weights.load_into(module, path)
    assert equal(before, state(module))
    sentence = str(caught.value)
    assert str(path) in sentence
    assert "\n" not in sentence
    return sentence


ONE = {"dtype": "F32", "shape": [3, 2], "data_offsets": [0, 24]}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "too short"),
        (b"PK\x03\x04", "too short"),
        (b"PK\x03\x04" + bytes(60), "is no safetensors file or is damaged"),
        (struct.pack("<Q", HEADER_LIMIT + 1), "longer than 8 MB"),
        (struct.pack("<Q", 2**63 + 5) + b"{}", "longer than 8 MB"),
        (struct.pack("<Q", 900) + b"{}", "ends inside its header"),
        (file_of(b"[1, 2]"), "header is not readable"),
        (file_of(b'{"\xff": 1}'), "header is not readable"),
        (file_of(b'{"a":' * 5000), "header is not readable"),
        (file_of({"0.weight": 3}), "header is not readable"),
        (file_of({"0.weight": {"dtype": "F32", "shape": [3, 2]}}), "header is not readable"),
        (file_of({"__metadata__": {"a": 1}}), "header is not readable"),
        (file_of({str(name): ONE for name in range(TENSOR_LIMIT + 1)}), "holds 20001 tensors"),
        (file_of({"0.weight": {**ONE, "dtype": "C64"}}, bytes(24)), "'0.weight' is of type C64"),
        (file_of({"0.weight": ONE}, bytes(23)), "'0.weight' lies outside of the file"),
        (file_of({"0.weight": {**ONE, "data_offsets": [-24, 0]}}, bytes(24)), "lies outside of the file"),
        (file_of({"0.weight": {**ONE, "shape": [-3, -2]}}, bytes(24)), "lies outside of the file"),
        (file_of({"0.weight": {**ONE, "shape": [10**12, 10**12]}}, bytes(24)), "the size of '0.weight'"),
        (file_of({"0.weight": {**ONE, "shape": [3, 3]}}, bytes(24)), "the size of '0.weight'"),
    ],
)
def test_a_foreign_or_damaged_file_is_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "w.safetensors"
    path.write_bytes(content)
    assert sentence in refusal(small(), path)


def test_overlapping_tensors_are_refused(tmp_path: Path) -> None:
    module = nn.Linear(2, 3, bias=False)
    module.register_buffer("twin", torch.zeros(3, 2))
    path = tmp_path / "w.safetensors"
    path.write_bytes(file_of({"weight": ONE, "twin": ONE}, bytes(24)))
    assert "is damaged" in refusal(module, path)


@pytest.mark.parametrize("suffix", [".pt", ".pth", ".bin", ".ckpt", ".pkl", ".pt2", ".PT"])
def test_pickled_weights_are_never_opened(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"w{suffix}"
    torch.save(small().state_dict(), path)
    assert ".safetensors files only" in refusal(small(), path)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    assert "There is no file" in refusal(small(), tmp_path / "none.safetensors")
    assert "There is no file" in refusal(small(), tmp_path)


@pytest.mark.parametrize("operation", ["read", "open"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, operation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "w.safetensors"
    weights.save(small(), path)
    monkeypatch.setattr(Path, {"read": "read_bytes", "open": "open"}[operation], fail_with(errno.EIO))
    assert "cannot be read" in refusal(small(), path)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edits=st.lists(st.tuples(st.integers(0, 700), st.integers(0, 255)), min_size=1, max_size=6),
    length=st.none() | st.integers(0, 700),
)
def test_changed_bytes_are_loaded_whole_or_refused(
    tmp_path: Path, edits: list[tuple[int, int]], length: int | None
) -> None:
    path, module = tmp_path / "w.safetensors", small()
    weights.save({name: tensor + 1 for name, tensor in state(module).items()}, path)
    content = bytearray(path.read_bytes())
    for position, value in edits:
        content[position % len(content)] = value
    path.write_bytes(bytes(content[:length]))
    before = state(module)
    try:
        weights.load_into(module, path)
    except UserError:
        assert equal(before, state(module))
    else:
        assert all(torch.isfinite(tensor).all() for tensor in state(module).values())


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200) | st.binary(max_size=100).map(file_of) | st.text(max_size=60).map(file_of))
def test_any_bytes_are_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "w.safetensors"
    path.write_bytes(content)
    refusal(small(), path)


def fail_with(code: int) -> Callable[..., Any]:
    def fail(*arguments: Any, **options: Any) -> Any:
        raise OSError(code, os.strerror(code))

    return fail


@pytest.mark.parametrize("operation", ["fsync", "replace"])
def test_a_full_disk_keeps_the_old_file(tmp_path: Path, operation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "w.safetensors"
    weights.save(small(), path, {"which": "old"})
    old = path.read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr(os, operation, fail_with(errno.ENOSPC))
        with pytest.raises(UserError, match=r"w\.safetensors cannot be written: No space left"):
            weights.save(networks.build("mlp", 0), path)
    assert path.read_bytes() == old
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_missing_or_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in ("none", "file"):
        with pytest.raises(UserError, match="cannot be written"):
            weights.save(small(), tmp_path / folder / "w.safetensors")


def test_a_folder_in_place_of_the_file_is_kept(tmp_path: Path) -> None:
    (tmp_path / "w.safetensors").mkdir()
    with pytest.raises(UserError, match="cannot be written"):
        weights.save(small(), tmp_path / "w.safetensors")
    assert [path.name for path in tmp_path.iterdir()] == ["w.safetensors"]


def test_the_same_weights_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        weights.save(small(), tmp_path / name, {"recipe": "x"})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_network_without_pretrained_weights_says_so() -> None:
    with pytest.raises(
        UserError, match="no pretrained weights for 'mlp', only for lenet, resnet20, gan-images and lstm"
    ):
        weights.pretrained_path("mlp")


def test_missing_pretrained_weights_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights.resources, "folder", lambda: tmp_path)
    with pytest.raises(UserError, match=r"lenet\.safetensors are missing"):
        weights.pretrained_path("lenet")
