"""One kind of failure that a person can mend."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

_LONGEST = 300  # characters of what a stranger's exception says
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


class UserError(Exception):
    """Something the user gave cannot be used; the message is one sentence: what, where, what would be right."""


def unknown(kind: str, given: str, known: Iterable[str]) -> UserError:
    """Return the error for an id that does not exist, naming the nearest one that does."""
    names = sorted(known)
    near = difflib.get_close_matches(given, names, n=1, cutoff=0.5)
    hint = f"did you mean '{near[0]}'?" if near else f"known {'is' if len(names) == 1 else 'are'} {', '.join(names)}."
    return UserError(f"Unknown {kind} '{given}': {hint}")


def one_line(text: str) -> str:
    """Return a text as one line without signs that a terminal would obey."""
    return _UNPRINTABLE.sub(" ", text).strip()


def reason_of(failure: BaseException) -> str:
    """Return the first line of what a stranger's exception says, shortened, without torch's advice to its developers.

    The name of its type where it says nothing.
    """
    try:
        said = str(failure).strip()
    except Exception:  # its text is code of the stranger's too
        said = ""
    first = one_line((said or type(failure).__name__).splitlines()[0].split(" Hint: ")[0]).rstrip(".")
    return first if len(first) <= _LONGEST else f"{first[:_LONGEST]} ..."


def named(failure: BaseException) -> str:
    """Return the type of a stranger's exception, and in brackets what it says."""
    kind, reason = type(failure).__name__, reason_of(failure)
    return kind if reason == kind else f"{kind} ({reason})"
