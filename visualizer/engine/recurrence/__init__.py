"""Recurrent layers opened: every vector of every time step, and the gradient that flows back through time."""

from __future__ import annotations

from visualizer.engine.recurrence.call import RecurrentCall, recorded_call, recurrent_nodes
from visualizer.engine.recurrence.unrolling import Track, unroll

__all__ = ["RecurrentCall", "Track", "recorded_call", "recurrent_nodes", "unroll"]
