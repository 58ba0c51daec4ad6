from __future__ import annotations

import copy
import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.func import functional_call
from torch.nn.functional import cross_entropy
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from visualizer.core.errors import UserError
from visualizer.engine import networks
from visualizer.engine.surfaces import scan, scanning
from visualizer.engine.surfaces.order import coarse_to_fine
from visualizer.engine.surfaces.planes import path_plane, random_plane
from visualizer.engine.surfaces.probe import CEILING

RESOLUTION = 7


class Setting:
    """A small network, samples, and the way it has come in six steps of gradient descent."""

    def __init__(self, network: nn.Module, shape: tuple[int, ...], count: int = 8):
        torch.manual_seed(0)
        self.network = network
        self.inputs, self.targets = torch.randn(count, *shape), torch.arange(count) % 2
        self.trajectory = [(0, self.vector())]
        optimizer = torch.optim.SGD(network.parameters(), lr=0.5)
        for step in range(1, 7):
            rows = slice(step % 2, None, 2)
            optimizer.zero_grad()
            cross_entropy(network(self.inputs[rows]), self.targets[rows]).backward()
            optimizer.step()
            self.trajectory.append((step, self.vector()))

    def vector(self):
        return parameters_to_vector(self.network.parameters()).detach().clone()

    def scan(self, plane="random", **changes):
        wanted = dict(trajectory=self.trajectory, resolution=RESOLUTION, radius=1.0, seed=0, step=6) | changes
        return scan(self.network, cross_entropy, self.inputs, self.targets, plane=plane, **wanted)

    def last(self, plane="random", **changes):
        return [frame for frame in self.scan(plane, **changes) if frame is not None][-1]

    def loss_at(self, vector):
        moved = copy.deepcopy(self.network)
        vector_to_parameters(vector, moved.parameters())
        with torch.no_grad():
            return float(cross_entropy(moved(self.inputs), self.targets))


def mlp() -> Setting:
    return Setting(networks.build("mlp", 0), (2,), count=32)


def lenet() -> Setting:
    return Setting(networks.build("lenet", 0), (1, 28, 28))


def normalised() -> Setting:
    """A network with batch normalisation, in the mode of training."""
    torch.manual_seed(0)
    layers = [nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.Flatten(), nn.Linear(48, 2)]
    return Setting(nn.Sequential(*layers), (1, 6, 6))


SETTINGS = pytest.mark.parametrize("make", [mlp, lenet, normalised])


@SETTINGS
@pytest.mark.parametrize("plane", ["random", "path"])
def test_values_are_those_of_functional_call(make, plane):
    setting = make()
    surface = setting.last(plane)
    centre = setting.vector()
    if plane == "random":
        made = random_plane(list(setting.network.parameters()), RESOLUTION, 1.0, seed=0)
    else:
        made = finished(path_plane(torch.stack([vector for _, vector in setting.trajectory]) - centre, RESOLUTION, 1.0))
    names = [name for name, _ in setting.network.named_parameters()]
    sizes = [parameter.shape for parameter in setting.network.parameters()]
    for row, column in np.ndindex(surface.values.shape):
        vector = centre + float(surface.x[column]) * made.x_direction + float(surface.y[row]) * made.y_direction
        pieces = vector.split([size.numel() for size in sizes])
        moved = {name: piece.view(size) for name, piece, size in zip(names, pieces, sizes, strict=True)}
        with torch.no_grad():
            loss = cross_entropy(functional_call(setting.network, moved, (setting.inputs,)), setting.targets)
        assert surface.values[row, column] == pytest.approx(float(loss), rel=1e-6, abs=1e-6)
    assert surface.sample_count == len(setting.targets)


def finished(generator):
    """Run a generator to its end and return what it returns."""
    while True:
        try:
            next(generator)
        except StopIteration as end:
            return end.value


@SETTINGS
@pytest.mark.parametrize("plane", ["random", "path"])
def test_the_middle_is_exactly_the_present_weights(make, plane):
    setting = make()
    surface = setting.last(plane)
    middle = RESOLUTION // 2
    assert (surface.x[middle], surface.y[middle]) == (0, 0)
    assert surface.values[middle, middle] == pytest.approx(setting.loss_at(setting.vector()), abs=1e-6)
    assert surface.trajectory[-1] == pytest.approx([0, 0], abs=1e-6)
    assert surface.trajectory_loss[-1] == pytest.approx(setting.loss_at(setting.vector()), abs=1e-6)


@SETTINGS
def test_the_network_is_left_as_it_was(make):
    setting = make()
    before = {name: tensor.clone() for name, tensor in setting.network.state_dict().items()}
    modes = [module.training for module in setting.network.modules()]
    setting.last()
    assert all(torch.equal(tensor, before[name]) for name, tensor in setting.network.state_dict().items())
    assert [module.training for module in setting.network.modules()] == modes
    assert all(parameter.requires_grad for parameter in setting.network.parameters())


def test_training_on_while_a_scan_runs_changes_nothing_in_it(monkeypatch):
    undisturbed = mlp().last()
    monkeypatch.setattr(scanning, "SLICE", 0.0)  # many small slices
    setting = mlp()
    frames = setting.scan()
    next(frames)
    with torch.no_grad():
        for parameter in setting.network.parameters():
            parameter.add_(1.0)
    *_, disturbed = (frame for frame in frames if frame is not None)
    assert np.array_equal(disturbed.values, undisturbed.values)


def test_random_directions_have_the_norm_of_every_filter():
    network = networks.build("resnet20", 0)
    plane = random_plane(list(network.parameters()), 3, 1.0, seed=5)
    start = 0
    for parameter in network.parameters():
        for direction in (plane.x_direction, plane.y_direction):
            piece = direction[start : start + parameter.numel()].view_as(parameter)
            if parameter.dim() > 1:
                assert torch.allclose(piece.flatten(1).norm(dim=1), parameter.flatten(1).norm(dim=1), rtol=1e-5)
            else:
                assert not piece.any()
        start += parameter.numel()


def test_a_rescaled_twin_has_the_same_surface():
    """Li et al. 2018, section 3: ReLU networks that compute the same look the same only when normalised by filter."""
    setting = Setting(nn.Sequential(nn.Linear(2, 8, bias=False), nn.ReLU(), nn.Linear(8, 2, bias=False)), (2,))
    twin = copy.deepcopy(setting)
    with torch.no_grad():
        twin.network[0].weight.mul_(8.0)
        twin.network[2].weight.div_(8.0)
    assert np.allclose(setting.last(trajectory=[]).values, twin.last(trajectory=[]).values, atol=1e-5)


def test_seeds_choose_directions():
    setting = mlp()
    assert np.array_equal(setting.last(seed=1).values, setting.last(seed=1).values)
    assert not np.array_equal(setting.last(seed=1).values, setting.last(seed=2).values)


def test_path_directions_are_the_principal_ones():
    setting = mlp()
    moves = torch.stack([vector for _, vector in setting.trajectory]) - setting.vector()
    plane = finished(path_plane(moves, RESOLUTION, 1.0))
    directions = torch.stack([plane.x_direction, plane.y_direction])
    assert torch.allclose(directions @ directions.T, torch.eye(2), atol=1e-5)
    _, singular, vectors = torch.linalg.svd(moves.double(), full_matrices=False)
    assert torch.allclose((directions.double() @ vectors[:2].T).abs(), torch.eye(2, dtype=torch.float64), atol=1e-4)
    surface = setting.last("path")
    expected = float(singular[:2].square().sum() / singular.square().sum())
    assert surface.explained == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("plane", ["random", "path"])
def test_the_trajectory_is_projected_by_least_squares(plane):
    setting = mlp()
    surface = setting.last(plane)
    moves = (torch.stack([vector for _, vector in setting.trajectory]) - setting.vector()).double()
    if plane == "random":
        made = random_plane(list(setting.network.parameters()), RESOLUTION, 1.0, seed=0)
    else:
        made = finished(path_plane(moves.float(), RESOLUTION, 1.0))
    directions = torch.stack([made.x_direction, made.y_direction], 1).double()
    expected = torch.linalg.lstsq(directions, moves.T).solution.T
    assert np.allclose(surface.trajectory, expected, atol=1e-4)
    residual = (moves.T - directions @ expected.T).square().sum() / moves.square().sum()
    assert surface.explained == pytest.approx(1 - float(residual), abs=1e-4)
    assert surface.trajectory_steps == list(range(7))
    for (_, vector), loss in zip(setting.trajectory, surface.trajectory_loss, strict=True):
        assert loss == pytest.approx(setting.loss_at(vector), abs=1e-6)


def test_the_path_fits_into_its_plane_with_a_margin():
    surface = mlp().last("path")
    for axis, places in ((surface.x, surface.trajectory[:, 0]), (surface.y, surface.trajectory[:, 1])):
        assert np.abs(places).max() == pytest.approx(axis[-1] / 1.25, rel=1e-4)


def test_long_trajectories_are_thinned_and_keep_both_ends():
    setting = mlp()
    centre = setting.vector()
    long = [(step, centre + 0.01 * torch.randn(len(centre))) for step in range(500)]
    surface = setting.last(trajectory=long, step=500)
    assert len(surface.trajectory_steps) == 64
    assert (surface.trajectory_steps[0], surface.trajectory_steps[-1]) == (0, 500)


def test_first_picture_is_coarse_and_each_later_one_keeps_it(monkeypatch):
    monkeypatch.setattr(scanning, "SLICE", 0.0)  # a picture whenever there is news
    frames = [frame for frame in mlp().scan(resolution=21) if frame is not None]
    first = np.isfinite(frames[0].values)
    assert first.sum() == 25
    assert [int(number) for number in np.flatnonzero(first.any(axis=0))] == [0, 5, 10, 15, 20]
    progress = [frame.progress for frame in frames]
    assert progress == sorted(progress)
    for earlier, later in itertools.pairwise(frames):
        known = np.isfinite(earlier.values)
        assert np.array_equal(earlier.values[known], later.values[known])
    assert [frame.finished for frame in frames] == [False] * (len(frames) - 1) + [True]
    assert frames[-1].progress == 1
    assert np.isfinite(frames[-1].values).all()


@settings(max_examples=30)
@given(st.integers(1, 40).map(lambda half: 2 * half + 1))
def test_every_point_is_computed_once(resolution):
    points = [point for level in coarse_to_fine(resolution) for point in level]
    assert sorted(points) == list(np.ndindex(resolution, resolution))


@settings(max_examples=30)
@given(st.integers(1, 40).map(lambda half: 2 * half + 1))
def test_after_each_level_the_points_form_a_grid(resolution):
    points: set[tuple[int, int]] = set()
    for level in coarse_to_fine(resolution):
        points.update(level)
        lines = {row for row, _ in points}
        assert points == {(row, column) for row in lines for column in lines}
        assert {0, resolution // 2, resolution - 1} <= lines


def test_a_scan_can_be_closed():
    frames = mlp().scan()
    next(frames)
    frames.close()
    assert list(frames) == []


def test_even_resolutions_become_odd():
    assert mlp().last(resolution=6).values.shape == (7, 7)


def test_what_is_not_finite_is_clipped_for_drawing():
    setting = mlp()
    surface = setting.last(radius=1e6, trajectory=[])
    assert np.isfinite(surface.values).all()
    overflowing = scan(
        setting.network,
        lambda logits, targets: cross_entropy(logits, targets) / 0,
        setting.inputs,
        setting.targets,
        trajectory=[],
        plane="random",
        resolution=3,
        radius=1.0,
        seed=0,
        step=0,
    )
    *_, surface = (frame for frame in overflowing if frame is not None)
    assert (surface.values == np.float32(CEILING)).all()


def test_the_samples_depend_on_the_network_alone():
    small = Setting(networks.build("mlp", 0), (2,), count=200)
    large = Setting(nn.Sequential(nn.Linear(2, 40_000), nn.Linear(40_000, 2)), (2,), count=200)
    assert small.last().sample_count == scanning.SAMPLES
    assert large.last(resolution=3).sample_count == scanning.SAMPLES_OF_LARGE


def test_groups_are_normalised_each_by_itself():
    torch.manual_seed(0)
    setting = Setting(nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Linear(4, 2)), (2,), count=32)
    surface = setting.last()
    order = torch.randperm(32, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        losses = [
            cross_entropy(setting.network(setting.inputs[rows]), setting.targets[rows]) for rows in order.split(16)
        ]
    assert surface.values[3, 3] == pytest.approx(float(sum(losses)) / 2, abs=1e-6)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"radius": 0.0}, "radius 0"),
        ({"radius": float("nan")}, "radius nan"),
        ({"resolution": 1}, "resolution 1"),
        ({"resolution": 10001}, "resolution 10001"),
        ({"plane": "path", "trajectory": []}, "needs three"),
        ({"plane": "path", "trajectory": "still"}, "no second direction"),
    ],
)
def test_what_cannot_be_scanned_is_one_sentence(changes, sentence):
    setting = mlp()
    if changes.get("trajectory") == "still":
        changes = changes | {"trajectory": [(step, setting.vector()) for step in range(6)]}
    with pytest.raises(UserError, match=sentence):
        setting.last(**changes)


def test_a_network_without_weights_has_no_random_plane():
    class Shift(nn.Module):
        def __init__(self):
            super().__init__()
            self.bias = nn.Parameter(torch.zeros(2))

        def forward(self, x):
            return x + self.bias

    with pytest.raises(UserError, match="no weights"):
        Setting(Shift(), (2,)).last()
