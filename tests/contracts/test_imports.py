"""The packages know only what they may know."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "visualizer"

FORBIDDEN = {
    "core": ("torch", "PySide6", "pyqtgraph"),
    "engine": ("PySide6", "pyqtgraph"),
    "ui": ("torch", "visualizer.engine"),
}


def test_the_import_contract_holds(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(config_filename="pyproject.toml", no_cache=True) == 0, capsys.readouterr().out


@pytest.mark.parametrize("package", FORBIDDEN)
def test_importing_everything_of_a_package_loads_nothing_forbidden(package: str) -> None:
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in sorted((PACKAGE / package).rglob("*.py"))
        if path.name not in ("__main__.py",)
    ]
    program = (
        "import importlib, sys\n"
        f"for name in {[name.removesuffix('.__init__') for name in modules]!r}: importlib.import_module(name)\n"
        f"print([name for name in {FORBIDDEN[package]!r} if name in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False, timeout=100
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == "[]"
