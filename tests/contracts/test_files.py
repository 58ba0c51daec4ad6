"""Rules about the source itself that no linter of the shelf knows."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "visualizer").rglob("*.py"))
UI = [path for path in SOURCES if "ui" in path.relative_to(ROOT).parts]
COLOR = re.compile(r"""["']#[0-9a-fA-F]{6}["']""")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_file_holds_one_idea(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", [path for path in UI if path.name != "theme.py"], ids=name)
def test_only_the_theme_names_a_colour(path: Path) -> None:
    assert not COLOR.findall(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", UI, ids=name)
def test_every_painter_is_closed_by_a_with_statement(path: Path) -> None:
    # an exception while a painter is alive ends the process
    tree = ast.parse(path.read_text(encoding="utf-8"))
    guarded = {id(item.context_expr) for node in ast.walk(tree) if isinstance(node, ast.With) for item in node.items}
    loose = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "QPainter"
        and id(node) not in guarded
    ]
    assert not loose, f"QPainter without `with` in line {loose}"


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_nothing_is_pickled(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {
        alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    } | {(node.module or "").split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not imported & {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal"}
