from __future__ import annotations

import os
import socket
import sys

import pytest

from visualizer.ui import display


@pytest.mark.skipif(sys.platform != "linux", reason="only there DISPLAY names an X server")
def test_a_display_that_nobody_serves_is_not_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    with socket.socket() as free:  # its port belongs to nobody once it is closed
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1] - 6000
    monkeypatch.setenv("DISPLAY", f"127.0.0.1:{number}")
    assert not display.is_reached()
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert display.is_reached()
    monkeypatch.delenv("QT_QPA_PLATFORM")
    monkeypatch.delenv("DISPLAY")
    assert display.is_reached() and "DISPLAY" not in os.environ
