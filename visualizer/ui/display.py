"""Whether the X server that DISPLAY names is there; Qt itself ends the process where it is not."""

from __future__ import annotations

import ctypes
import os


def is_reached() -> bool:
    """Return whether the X server takes a connection, also where it is not X that would show the window."""
    if os.environ.get("QT_QPA_PLATFORM") or os.environ.get("WAYLAND_DISPLAY") or not os.environ.get("DISPLAY"):
        return True
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:  # Qt says what it misses
        return True
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    failed = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return not failed
