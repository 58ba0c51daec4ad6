"""Live pictures of a topic: made when a visible view wants them, the last is drawn, and something has changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from visualizer.core.frames import Frame
from visualizer.core.messages import HeavyFrame, LiveFrame
from visualizer.engine.session import TrainingSession
from visualizer.engine.topics import LIVE

PER_SECOND = 30.0
SHARE = 0.1  # of the time of training that one kind of live picture may take


class LiveFrames:
    """Holds back live frames until there is credit for them; each kind starts with one credit."""

    def __init__(self, session: TrainingSession, send: Callable[[Frame], None]) -> None:
        self._session, self._send = session, send
        self._wanted: tuple[LiveFrame, ...] = ()
        self._credit = dict.fromkeys(LIVE, True)
        self._drawn: dict[LiveFrame, object] = {}  # the moment that the last picture was of
        self._next = dict.fromkeys(LIVE, 0.0)

    @property
    def ready(self) -> bool:
        """Whether a picture is out of date and may be sent."""
        return any(self._is_due(kind) for kind in self._wanted)

    def observe(self, wanted: Iterable[LiveFrame]) -> None:
        """Make these from now on, each of them anew."""
        self._wanted = tuple(kind for kind in wanted if kind in LIVE)
        self._drawn.clear()

    def grant(self, kind: HeavyFrame) -> None:
        """Note that the window can take the next frame of this kind."""
        if kind in self._credit:
            self._credit[kind] = True

    def deliver(self, *, training: bool) -> None:
        """Make and send what is due; what cannot be made is told once for each change."""
        for kind in self._wanted:
            started = time.perf_counter()
            if not self._is_due(kind) or (training and started < self._next[kind]):
                continue
            self._drawn[kind] = self._session.moment
            frame = LIVE[kind](self._session)
            self._credit[kind] = False
            self._send(frame)
            cost = time.perf_counter() - started
            self._next[kind] = started + max(1 / PER_SECOND, cost / SHARE)

    def _is_due(self, kind: LiveFrame) -> bool:
        return self._credit[kind] and self._drawn.get(kind) != self._session.moment
