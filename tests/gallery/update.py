"""`python -m tests.gallery.update`: keep today's opening scene as the one to compare with. Look at it first."""

from __future__ import annotations

import msgspec

from tests.gallery.opening import GOLDEN, opening_picture, scene_states

if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    (GOLDEN / "opening_scene.json").write_bytes(msgspec.json.format(msgspec.json.encode(scene_states())) + b"\n")
    opening_picture().save(str(GOLDEN / "opening_scene.png"))
