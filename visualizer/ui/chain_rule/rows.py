"""The chain of one weight as lines from top to bottom: factors, the signs between them, and the result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from visualizer.core.topics.chain_rule import Chain, Factor, Path, Term

FACTOR, SIGN, TERM, RESULT = 52.0, 15.0, 21.0, 58.0
_HEIGHTS = {"path": 34.0, "factor": FACTOR, "sign": SIGN, "term": TERM, "rest": TERM, "foot": 6.0, "result": RESULT}

Key = tuple[int, int]
"""A path and a factor of it; -1 is the path itself."""


@dataclass(frozen=True)
class Row:
    """One line; `key` names what a click unfolds, None where nothing is."""

    kind: str
    top: float
    path: Path | None = None
    factor: Factor | None = None
    term: Term | None = None
    text: str = ""
    key: Key | None = None

    @property
    def height(self) -> float:
        return _HEIGHTS[self.kind]

    @property
    def can_be_reached(self) -> bool:
        """Whether the keyboard stops here."""
        return self.kind in ("path", "factor", "term", "result")


def rows_of(chain: Chain, unfolded: frozenset[Key]) -> list[Row]:
    """Return the lines of a chain; a single path has no line of its own."""
    rows: list[Row] = []
    top = 0.0
    for row in _lines(chain, unfolded):
        rows.append(Row(row.kind, top, row.path, row.factor, row.term, row.text, row.key))
        top += row.height
    return rows


def _lines(chain: Chain, unfolded: frozenset[Key]) -> Iterator[Row]:
    single = len(chain.paths) == 1
    for number, path in enumerate(chain.paths):
        if not single:
            if number:
                yield Row("sign", 0, text="+")
            yield Row("path", 0, path, key=(number, -1))
        if single or (number, -1) in unfolded:
            yield from _factors(path, number, unfolded)
    yield Row("sign", 0, text="=")
    yield Row("result", 0)


def _factors(path: Path, number: int, unfolded: frozenset[Key]) -> Iterator[Row]:
    for place, factor in enumerate(path.factors):
        if place:
            yield Row("sign", 0, text="×")
        key = (number, place) if factor.terms else None
        yield Row("factor", 0, path, factor, key=key)
        if key in unfolded:
            for term in factor.terms:
                yield Row("term", 0, path, factor, term)
            if factor.term_count > len(factor.terms):
                yield Row("rest", 0, path, factor, text=f"{factor.term_count - len(factor.terms)} more, together")
            yield Row("foot", 0, path, factor)
