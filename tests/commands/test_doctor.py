from __future__ import annotations

import importlib
import types

from visualizer import cli


def module(name: str) -> types.ModuleType:
    """A module of the doctor; its main function has the same name."""
    return importlib.import_module(f"visualizer.commands.checkup.{name}")


def test_doctor_says_what_is_here(capsys):
    code = cli.main(["doctor"])
    out, err = capsys.readouterr()
    assert (code, err) == (0, "")
    for subject in ("visualizer", "Python", "torch", "PySide6-Essentials", "Qt platform", "OpenGL", "threads", "fonts"):
        assert any(line[2:].startswith(subject) for line in out.splitlines()), subject
    assert "data mnist           verified" in out


def test_doctor_knows_the_qt_that_aborts(monkeypatch):
    versions = module("versions")
    monkeypatch.setattr(versions, "version", lambda package: "6.12.0")
    monkeypatch.setattr(versions.sys, "version_info", (3, 11, 7))
    (finding,) = [finding for finding in versions.versions() if finding.fatal]
    assert "6.12.0 aborts" in finding.fact
    assert "pip install" in finding.remedy


def test_doctor_names_a_missing_library(monkeypatch):
    display = module("display")
    monkeypatch.setitem(module("libraries").PACKAGES, "libnowhere.so.7", "libnowhere7")
    monkeypatch.setattr(display, "ask", lambda *_, **__: module("probes").Answer({}, "Qt has aborted"))
    finding = list(display.display())[-1]
    assert finding.fatal
    assert "Qt has aborted" in finding.fact
    assert "apt-get install" in finding.remedy
    assert "libnowhere7" in finding.remedy


def test_doctor_tells_a_display_that_is_not_there_from_a_broken_qt(monkeypatch):
    display, answer = module("display"), module("probes").Answer
    answers = iter([answer({}, "could not connect to :7"), answer({"platform": "offscreen"}, "")])
    monkeypatch.setattr(display, "has_display", lambda: True)
    monkeypatch.setattr(display, "missing_packages", list)
    monkeypatch.setattr(display, "ask", lambda *_, **__: next(answers))
    found = {finding.subject: finding for finding in display.display()}
    assert "could not connect" in found["display"].fact and "--screenshot" in found["display"].remedy
    assert "Qt" not in found and not any(finding.fatal for finding in found.values())


def test_doctor_finds_a_torch_that_does_not_load(monkeypatch):
    computing = module("computing")
    monkeypatch.setattr(computing, "ask", lambda *_: module("probes").Answer({}, "Illegal instruction"))
    (finding,) = computing.computing()
    assert finding.fatal
    assert "Illegal instruction" in finding.fact


def test_doctor_compares_files_with_their_cards(monkeypatch, tmp_path):
    files = module("files")
    for folder in ("data", "weights", "fonts"):
        (tmp_path / folder).mkdir()
    (tmp_path / "data" / "mnist.md").write_text("SHA-256 `" + "0" * 64 + "`")
    (tmp_path / "data" / "mnist.safetensors").write_bytes(b"another file")
    monkeypatch.setattr(files.resources, "folder", lambda: tmp_path)
    found = {finding.subject: finding for finding in files.files()}
    assert "is not the file" in found["data mnist"].fact
    assert found["data mnist"].fatal
    assert "missing" in found["weights resnet20"].fact
    assert "Inter-Regular.otf" in found["fonts"].fact
