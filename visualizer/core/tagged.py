"""The two kinds of message: what the window asks, and what the engine answers; both decoded by their type."""

from __future__ import annotations

import msgspec


class Command(msgspec.Struct, frozen=True, tag=True):
    """What the window asks of the engine."""


class Frame(msgspec.Struct, frozen=True, tag=True):
    """What the engine tells the window."""
