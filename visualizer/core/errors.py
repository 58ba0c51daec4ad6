"""One kind of failure that a person can mend."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """Something the user gave cannot be used; the message is one sentence: what, where, what would be right."""


def unknown(kind: str, given: str, known: Iterable[str]) -> UserError:
    """Return the error for an id that does not exist, naming the nearest one that does."""
    names = sorted(known)
    near = difflib.get_close_matches(given, names, n=1, cutoff=0.5)
    hint = f"did you mean '{near[0]}'?" if near else f"known {'is' if len(names) == 1 else 'are'} {', '.join(names)}."
    return UserError(f"Unknown {kind} '{given}': {hint}")
