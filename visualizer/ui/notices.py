"""What the window has to tell: toasts that go by themselves, banners that stay until they are answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, Signal

Tone = Literal["warn", "err", "ice"]


@dataclass(frozen=True)
class Notice:
    """A fact, its consequence, and one thing to do about it.

    A banner replaces the one with the same `key`; `tone` names the colour, always beside an icon and words.
    """

    key: str
    fact: str
    consequence: str = ""
    action: str = ""
    run: Callable[[], object] | None = None
    tone: Tone = "warn"


class Notices(QObject):
    """Where anything in the window speaks to the person; banner stack and toast listen."""

    said = Signal(str, str, object)
    raised = Signal(object)
    settled = Signal(str)

    def say(self, sentence: str, action: str = "", run: Callable[[], object] | None = None) -> None:
        """Show a toast of one sentence, with one thing to do at most."""
        self.said.emit(sentence, action, run)

    def post(self, notice: Notice) -> None:
        """Show a banner, in place of the one with the same key."""
        self.raised.emit(notice)

    def settle(self, key: str) -> None:
        """Take a banner away, as its matter is settled."""
        self.settled.emit(key)
