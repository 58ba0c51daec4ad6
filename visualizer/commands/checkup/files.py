"""The files that ship: present, and with the hash that their card names."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from visualizer.commands.checkup.finding import Finding
from visualizer.core import catalogue, resources

FONTS = ("Inter-Regular.otf", "JetBrainsMono-Regular.ttf")
AGAIN = "install the visualizer again, or restore the file from its repository"


def files() -> Iterator[Finding]:
    """Compare data and weights with their cards; look for the fonts."""
    folder = resources.folder()
    missing = [name for name in FONTS if not (folder / "fonts" / name).is_file()]
    if missing:
        yield Finding("fonts", f"{', '.join(missing)} is missing in {folder / 'fonts'}", AGAIN)
    else:
        yield Finding("fonts", ", ".join(FONTS))
    for card in sorted((folder / "data").glob("*.md")):
        yield _compared(_described(card), fatal=True)
    for entry in catalogue.NETWORKS:
        if entry.pretrained_on:
            yield _compared(folder / "weights" / f"{entry.id}.safetensors", fatal=False)


def _described(card: Path) -> Path:
    """Return the data file beside a card, whatever its kind."""
    others = [path for path in sorted(card.parent.glob(f"{card.stem}.*")) if path != card]
    return next(iter(others), card.with_suffix(".safetensors"))


def _compared(path: Path, *, fatal: bool) -> Finding:
    subject = f"{path.parent.name} {path.stem}"
    card = path.with_suffix(".md")
    if not path.is_file() or not card.is_file():
        return Finding(subject, f"{path if card.is_file() else card} is missing", AGAIN, fatal)
    promised = re.search(r"\b[0-9a-f]{64}\b", card.read_text(encoding="utf-8"))
    if promised is None or hashlib.sha256(path.read_bytes()).hexdigest() != promised[0]:
        return Finding(subject, f"{path} is not the file that its card describes", AGAIN, fatal)
    return Finding(subject, f"verified, {path.stat().st_size / 1e6:.1f} MB")
