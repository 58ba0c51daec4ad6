"""Recordings and surfaces: sent only when the window has drawn the last one, and then the newest."""

from __future__ import annotations

import statistics
import time
from collections import deque
from collections.abc import Callable

from visualizer.core.frames import Frame, Surface
from visualizer.core.messages import HeavyFrame
from visualizer.engine.session import TrainingSession

PER_SECOND = 30.0
SHARE = 0.015  # of the time of training that live recordings may take


class HeavyFrames:
    """Holds back heavy frames until there is credit for them; each kind starts with one credit."""

    def __init__(self, session: TrainingSession, send: Callable[[Frame], None]) -> None:
        self._session, self._send = session, send
        self._credit: dict[HeavyFrame, bool] = {"recording": True, "surface": True}
        self._wanted: int | None = None
        self._observed: int | None = None
        self._surface: Surface | None = None
        self._next_live = 0.0
        self._costs: deque[float] = deque(maxlen=5)  # of the last ones: a single slow one must not halt them for long
        self._failed = False

    @property
    def ready(self) -> bool:
        """Whether something waits and may be sent."""
        recording = self._wanted is not None and self._credit["recording"]
        return recording or (self._surface is not None and self._credit["surface"])

    def grant(self, kind: HeavyFrame) -> None:
        """Note that the window can take the next frame of this kind."""
        self._credit[kind] = True

    def observe(self, sample: int | None) -> None:
        """Record this sample while training goes on, and whenever it has stopped; None records nothing by itself."""
        self._observed = sample
        self._failed = False

    def want_recording(self, sample: int) -> None:
        """Record this sample as soon as there is credit."""
        self._wanted = sample

    def want_observed(self) -> None:
        """Record the observed sample, if there is one: the state has changed."""
        if self._observed is not None and not self._failed and self._session.has_sample(self._observed):
            self._wanted = self._observed

    def offer_surface(self, surface: Surface | None) -> None:
        """Send this picture, or a newer one, as soon as there is credit; None takes back the one that waits."""
        self._surface = surface

    def forget(self) -> None:
        """Drop what waits: it was of a network that is no more."""
        self._wanted = self._surface = None
        self._failed = False

    def deliver(self, *, training: bool) -> None:
        """Send what may be sent now."""
        if self._surface is not None and self._credit["surface"]:
            surface, self._surface = self._surface, None
            self._credit["surface"] = False
            self._send(surface)
        if not self._credit["recording"]:
            return
        if self._wanted is not None:
            sample, self._wanted = self._wanted, None
            self._record(sample, live=training)
        elif training and time.perf_counter() >= self._next_live and self._observed is not None and not self._failed:
            self._record(self._observed, live=True)

    def _record(self, sample: int, *, live: bool) -> None:
        started = time.perf_counter()
        self._failed = True  # stays so where it cannot be recorded: said once, not at every turn
        recording = self._session.record(sample, live=live)
        self._credit["recording"] = False
        self._send(recording)
        self._failed = False
        if live:  # at rest it costs training nothing
            self._costs.append(time.perf_counter() - started)
            self._next_live = started + max(1 / PER_SECOND, statistics.median(self._costs) / SHARE)
