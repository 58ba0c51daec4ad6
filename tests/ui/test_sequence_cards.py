"""Cards of recurrent networks: time to the right in maps and indices, and what was answered at every step."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF

from visualizer.core.catalogue import CHARACTERS
from visualizer.ui.canvas.maps import best_grid, element, flat
from visualizer.ui.canvas.output_steps import StepAnswers, cell, layout, step_at


def test_time_runs_to_the_right_and_features_downwards() -> None:
    values = np.arange(12, dtype=np.float32).reshape(4, 3)  # (steps, features)
    assert flat(values).shape == (1, 3, 4)
    assert flat(values)[0, :, 1].tolist() == [3, 4, 5]  # the second column is the second step
    for step in range(4):
        for feature in range(3):
            assert element((4, 3), 0, (step + 0.5) / 4, (feature + 0.5) / 3) == (step, feature)


def test_a_sequence_fills_the_room_it_has_without_leaving_it() -> None:
    area = QRectF(10, 20, 200, 100)
    assert best_grid(area, (12, 27)).bounds == area
    strip = best_grid(area, (24, 1)).bounds
    assert area.contains(strip) and strip.width() == 200 and strip.height() == pytest.approx(5 * 200 / 24)


def test_below_the_map_a_step_is_told_by_its_right_class() -> None:
    probabilities = np.full((2, len(CHARACTERS)), 0.5 / 26, np.float32)
    probabilities[0, 1], probabilities[1, 3] = 0.5, 0.5
    answers = StepAnswers(CHARACTERS, [0, 1], [1, 0], probabilities)
    area = QRectF(0, 0, 100, 120)
    picture, letters, percent = layout(area, answers)
    assert letters > 0 and percent > 0
    assert step_at(area, answers, cell(picture, answers, 1, 3).center()) == (1, 3)
    assert step_at(area, answers, QPointF(75, 119)) == (1, 0)
    assert step_at(area, answers, QPointF(75, 121)) is None
    assert answers.told(0, 1) == "step 0, “a”: 0.5"
    assert "right would be “.”: 0.0192307" in answers.told(1, 3)
