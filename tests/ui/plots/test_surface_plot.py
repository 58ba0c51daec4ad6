from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QPointF

from tests.ui.conftest import MLP
from tests.ui.plots.desk import SIZES, Desk, Frames, bowl, surface
from visualizer.core.frames import (
    Configured,
    Problem,
    Status,
)
from visualizer.core.messages import Cancel, Credit, Scan
from visualizer.core.numbers import exact
from visualizer.ui.plots.relief import BANDS, filled, relief
from visualizer.ui.plots.surface_card import SurfaceCard
from visualizer.ui.plots.surface_plot import share


def test_gaps_are_filled_between_what_is_known() -> None:
    whole = bowl(9)
    coarse = np.full_like(whole, np.nan)
    coarse[::4, ::4] = whole[::4, ::4]
    complete = filled(coarse)
    assert complete is not None
    np.testing.assert_allclose(complete[::4, ::4], whole[::4, ::4])
    assert np.isfinite(complete).all()
    assert complete[0, 2] == pytest.approx((whole[0, 0] + whole[0, 4]) / 2)
    assert filled(np.full((3, 3), np.nan)) is None


def test_a_diverged_corner_becomes_a_wall() -> None:
    values = bowl(5)
    values[0, 0] = np.inf
    complete = filled(values)
    assert complete is not None
    assert complete[0, 0] == values[np.isfinite(values)].max()


def test_the_region_above_a_level_holds_the_points_whose_loss_is_above() -> None:
    values = bowl(9)
    found = relief(values)
    assert found is not None
    assert len(found.above) == BANDS - 1
    for level, region in zip(found.levels, found.above, strict=True):
        for row in range(1, 8):
            for column in range(1, 8):
                height = math.log10(values[row, column])
                if abs(height - level) > 1e-3:
                    assert region.contains(QPointF(column, row)) == (height > level)


def test_a_flat_surface_has_contours_nowhere_and_draws(desk: Desk, show: Callable[..., None]) -> None:
    card = SurfaceCard(desk.context)
    desk.deliver(surface(np.ones((5, 5))))
    show(card)


@pytest.mark.parametrize("size", SIZES)
def test_the_surface_card_draws_in_every_state(desk: Desk, show: Callable[..., None], size: tuple[int, int]) -> None:
    card = SurfaceCard(desk.context)
    show(card, size)
    card._begin.click()
    coarse = np.full((9, 9), np.nan)
    coarse[::2, ::2] = bowl(9)[::2, ::2]
    for frame in (surface(coarse, finished=False), surface(bowl(9)), Status(False, 9, 0, 0.0)):
        desk.deliver(frame)
        for theme in ("light", "dark"):
            desk.context.store.look(theme=theme)
            for element in (-1, 0, 2, 3, 40):
                card.plot.hover(element)
                card.grab()


def test_scanning_is_asked_for_shown_and_cancelled(desk: Desk, show: Callable[..., None]) -> None:
    here, there = SurfaceCard(desk.context), SurfaceCard(desk.context)
    show(here)
    desk.context.store.look(plane="path")
    here._begin.click()
    assert not here._begin.isEnabled() and desk.sent == [], "without an engine nothing can be scanned"
    desk.context.link._set_state("running")
    here._begin.click()
    assert [command.plane for command in desk.sent if isinstance(command, Scan)] == ["path"]
    assert here._act.text() == there._act.text() == "Cancel 0 %"
    desk.deliver(surface(bowl(), finished=False))
    assert here._act.text() == "Cancel 40 %"
    here._act.click()
    assert desk.sent[-1] == Cancel()
    assert here._act.text() == there._act.text() == "Rescan"


def test_a_picture_is_answered_by_credit_only_where_it_can_be_seen(desk: Desk, show: Callable[..., None]) -> None:
    card = SurfaceCard(desk.context)
    desk.deliver(surface(bowl(), finished=False))
    assert Credit("surface") not in desk.sent
    show(card)
    assert desk.sent.count(Credit("surface")) == 1
    card.grab()
    assert desk.sent.count(Credit("surface")) == 1


def test_a_scan_that_is_refused_or_outdated_ends(desk: Desk, real_frames: Frames) -> None:
    card = SurfaceCard(desk.context)
    card._begin.click()
    desk.deliver(Problem("input", "The path of this run has 1 snapshots so far."))
    assert not card._scanner.running
    desk.deliver(surface(bowl()))
    (configured,) = (frame for frame in real_frames(MLP) if isinstance(frame, Configured))
    desk.deliver(configured)
    assert card._scanner.surface is None


def test_the_card_says_when_the_weights_have_moved_on(desk: Desk, show: Callable[..., None]) -> None:
    card = SurfaceCard(desk.context)
    show(card, (700, 400))
    desk.deliver(surface(bowl(), step=3), Status(False, 3, 0, 0.0))
    assert card._subtitle.text() == "path plane, 90 % of the path"
    desk.deliver(Status(False, 4, 0, 0.0))
    assert "scanned at step 3" in card._subtitle.text()


def test_hovering_names_the_true_loss(desk: Desk, show: Callable[..., None]) -> None:
    card = SurfaceCard(desk.context)
    desk.deliver(surface(bowl()))
    show(card)
    axes = card.plot._axes
    assert axes is not None
    assert card.plot.hover_at(axes.point(0.0, 0.0)) == 2
    far = card.plot.hover_at(axes.point(1.0, 1.0) + QPointF(-1, 1))
    assert far == 3 + 80
    rows = list(csv.DictReader(io.StringIO(card.plot.table())))
    assert len(rows) == 81
    assert exact(float(rows[80]["loss"])) == "4.0"


@pytest.mark.parametrize(("explained", "text"), [(0.9, "90 %"), (0.0001, "less than 1 %"), (0.0, "0 %")])
def test_a_small_share_of_the_path_is_not_called_none(explained: float, text: str) -> None:
    assert share(msgspec.structs.replace(surface(bowl()), explained=explained)) == text
