"""The opening scene: as data first, as pixels second. `python -m tests.gallery.update` renews what is compared with."""

from __future__ import annotations

import json

import msgspec
import numpy as np
from PySide6.QtGui import QImage

from tests.gallery.opening import GOLDEN, opening_picture, scene_states

FAR = 24  # of 255: so much may a channel differ before its pixel counts as different
SHARE = 0.01  # of all pixels that may be different: other rasterisers set text a little differently


def test_the_states_of_the_scene_are_those_kept() -> None:
    kept = json.loads((GOLDEN / "opening_scene.json").read_text(encoding="utf-8"))
    assert json.loads(msgspec.json.encode(scene_states())) == kept


def test_the_opening_picture_is_the_one_kept() -> None:
    pixels, kept = _pixels(opening_picture()), _pixels(QImage(str(GOLDEN / "opening_scene.png")))
    assert pixels.shape == kept.shape
    different = np.abs(pixels - kept).max(axis=2) > FAR
    assert different.mean() <= SHARE, f"{different.mean():.2%} of the pixels differ"


def _pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(np.int16)
