"""Rules about the source itself that no linter of the shelf knows."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "visualizer").rglob("*.py"))
}
UI = {name: text for name, text in SOURCES.items() if name.startswith("visualizer/ui/")}
COLOR = re.compile(r"""["']#[0-9a-fA-F]{6}["']""")
PICKLING = {"pickle", "dill", "cloudpickle", "shelve", "marshal"}


def test_a_file_holds_one_idea() -> None:
    assert {name: lines for name, text in SOURCES.items() if (lines := len(text.splitlines())) > 400} == {}


def test_only_the_theme_names_a_colour() -> None:
    found = {name: COLOR.findall(text) for name, text in UI.items() if not name.endswith("/theme.py")}
    assert {name: colors for name, colors in found.items() if colors} == {}


def test_every_icon_is_used() -> None:
    icons = {path.stem for path in (ROOT / "resources" / "icons").glob("*.svg")}
    everything = "".join(UI.values())
    assert {name for name in icons if f'"{name}"' not in everything} == set()


def test_every_painter_is_closed_by_a_with_statement() -> None:
    # an exception while a painter is alive ends the process
    loose = {name: _loose_painters(ast.parse(text)) for name, text in UI.items()}
    assert {name: lines for name, lines in loose.items() if lines} == {}


def test_nothing_is_pickled() -> None:
    imported = {name: _imported(ast.parse(text)) & PICKLING for name, text in SOURCES.items()}
    assert {name: modules for name, modules in imported.items() if modules} == {}


def _loose_painters(tree: ast.Module) -> list[int]:
    guarded = {id(item.context_expr) for node in ast.walk(tree) if isinstance(node, ast.With) for item in node.items}
    made = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "QPainter"
    ]
    return [node.lineno for node in made if id(node) not in guarded]


def _imported(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])
    return names
