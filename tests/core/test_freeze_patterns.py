from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from visualizer.core.experiment import frozen_by
from visualizer.core.freezing import freeze, is_inside, state, unfreeze

BLOCKS = [f"stage{stage}.{block}" for stage in (1, 2) for block in (0, 1)]
LAYERS = ["stem.conv", "stem.norm", *(f"{block}.{layer}" for block in BLOCKS for layer in ("conv", "norm")), "linear"]
PATHS = [*LAYERS, *BLOCKS, "stem", "stage1", "stage2", "pool"]
PATTERNS = st.lists(st.sampled_from([*PATHS, "*", "stage*", "*.norm", "stage?.0", "stem.*"]), max_size=4).map(tuple)


def frozen_layers(patterns: tuple[str, ...]) -> set[str]:
    return {layer for layer in LAYERS if frozen_by(patterns, layer)}


def test_freezing_a_stage_replaces_its_layers() -> None:
    assert freeze(("stage1.0.conv", "stage1.1", "stem"), "stage1") == ("stage1", "stem")


def test_freezing_what_is_frozen_changes_nothing() -> None:
    assert freeze(("stage*",), "stage1.0.conv") == ("stage*",)


def test_the_path_of_the_network_itself_is_everything() -> None:
    assert freeze(("stage1",), "") == ("*",)
    assert unfreeze(("stage1", "*"), "", LAYERS) == ()


def test_a_prefix_of_a_name_is_not_a_part_of_it() -> None:
    assert freeze(("stage10",), "stage1") == ("stage1", "stage10")
    assert not is_inside("stage10.conv", "stage1")


def test_unfreezing_a_layer_expands_the_frozen_stage_around_it() -> None:
    assert unfreeze(("stage1",), "stage1.0.conv", LAYERS) == ("stage1.0.norm", "stage1.1")


def test_unfreezing_a_stage_drops_it_and_what_is_inside() -> None:
    assert unfreeze(("stage1", "stage2.0.conv", "stem"), "stage2", LAYERS) == ("stage1", "stem")
    assert unfreeze(("stage1",), "stage1", LAYERS) == ()


def test_unfreezing_under_a_shell_pattern_keeps_the_others() -> None:
    assert unfreeze(("*",), "stem", LAYERS) == ("linear", "stage1", "stage2")


def test_unfreezing_a_module_inside_one_with_parameters_of_its_own_releases_both() -> None:
    assert unfreeze(("block",), "block.conv", ["block", "block.conv", "block.norm"]) == ("block.norm",)


def test_state_of_a_stage() -> None:
    assert state((), "stage1", LAYERS) == "trainable"
    assert state(("stage1.0",), "stage1", LAYERS) == "part"
    assert state(("stage1.0", "stage1.1.*"), "stage1", LAYERS) == "frozen"
    assert state(("*.norm",), "", LAYERS) == "part"


@given(patterns=PATTERNS, path=st.sampled_from(PATHS))
def test_freeze_adds_exactly_the_layers_inside(patterns: tuple[str, ...], path: str) -> None:
    inside = {layer for layer in LAYERS if is_inside(layer, path)}
    assert frozen_layers(freeze(patterns, path)) == frozen_layers(patterns) | inside
    assert freeze(freeze(patterns, path), path) == freeze(patterns, path)


@given(patterns=PATTERNS, path=st.sampled_from(PATHS))
def test_unfreeze_takes_away_exactly_the_layers_inside(patterns: tuple[str, ...], path: str) -> None:
    inside = {layer for layer in LAYERS if is_inside(layer, path)}
    remaining = unfreeze(patterns, path, LAYERS)
    assert frozen_layers(remaining) == frozen_layers(patterns) - inside
    assert not frozen_by(remaining, path)


@given(patterns=PATTERNS, path=st.sampled_from(PATHS))
def test_unfreeze_undoes_freeze(patterns: tuple[str, ...], path: str) -> None:
    inside = {layer for layer in LAYERS if is_inside(layer, path)}
    assert frozen_layers(unfreeze(freeze(patterns, path), path, LAYERS)) == frozen_layers(patterns) - inside
