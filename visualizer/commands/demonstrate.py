"""Put claims of the course to the test, each over several seeds, and say which hold."""

from __future__ import annotations

import argparse
import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from visualizer.commands.output import only_json
from visualizer.commands.progress import Progress
from visualizer.core.errors import UserError

if TYPE_CHECKING:
    from visualizer.engine.claims import Claim, Demonstration

NAME = "demonstrate"
MOST = 1000
_WIDTH = 100
_EPILOG = """\
Each claim is an experiment that could refute it, made once with each of the seeds 0, 1, ...; the same seeds give the
same numbers. `effect` is the mean of `measure` over the seeds, `spread` its standard deviation. A claim holds where its
criterion is met in at least nine of ten seeds. The exit code is 0 where all claims hold, 1 where one does not. All
claims with ten seeds take some minutes; the experiments are spread over the cores."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("claims", metavar="CLAIM", nargs="*", help="default: all; --list names them")
    parser.add_argument("--seeds", type=seeds, metavar="N", default=10, help=f"1 to {MOST}, default: 10")
    parser.add_argument("--list", action="store_true", help="say what the claims are, and make no experiment")
    parser.add_argument("--json", action="store_true", help="for programs; `outcomes` are those of the single seeds")
    parser.epilog = _EPILOG


def seeds(text: str) -> int:
    """Return a number of seeds; raise UserError for anything but a whole number from 1 to MOST."""
    if not re.fullmatch(r"\d{1,4}", text) or not 1 <= int(text) <= MOST:
        raise UserError(f"The number of seeds '{text}' cannot be used: a whole number from 1 to {MOST}.")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    """List claims or demonstrate them; return 1 where one does not hold, else 0."""
    with only_json() as show:
        from visualizer.engine import claims

        chosen = [claims.find(name) for name in dict.fromkeys(arguments.claims)] or list(claims.CLAIMS)
        done = [] if arguments.list else _demonstrated(chosen, arguments.seeds)
        if arguments.json:
            show([_as_json(each) for each in done] if done else [_told(claim) for claim in chosen])
    if not arguments.json:
        print("\n".join(_report(done) if done else _catalogue(chosen)))
    return 0 if all(each.held for each in done) else 1


def _demonstrated(chosen: Sequence[Claim], count: int) -> list[Demonstration]:
    from visualizer.engine.claims import demonstrate
    from visualizer.engine.workers import workers

    total = len(chosen) * count
    with Progress(total) as progress, workers(total) as pool:
        progress.show(0, "the first experiments run")
        return demonstrate(
            chosen, count, pool, lambda done, claim, seed: progress.show(done, f"{claim.id}, seed {seed}")
        )


def _told(claim: Claim) -> dict[str, Any]:
    return {
        "claim": claim.id,
        "statement": claim.statement,
        "source": claim.source,
        "measure": claim.measure,
        "criterion": claim.criterion,
    }


def _as_json(done: Demonstration) -> dict[str, Any]:
    return {
        **_told(done.claim),
        "effect": done.effect,
        "spread": done.spread,
        "seeds": len(done.outcomes),
        "seeds_held": done.seeds_held,
        "held": done.held,
        "outcomes": [
            {"seed": seed, "effect": outcome.effect, "held": outcome.held, "figures": outcome.figures}
            for seed, outcome in enumerate(done.outcomes)
        ],
    }


def _report(demonstrations: Sequence[Demonstration]) -> Iterator[str]:
    """Say to a reader what was found: a table, then what its rows mean."""
    widest = max(len(done.claim.id) for done in demonstrations)
    yield f"{'claim':<{widest}}  {'held':<4} {'in seeds':>11} {'effect':>10} {'spread':>10}"
    for done in demonstrations:
        share = f"{done.seeds_held} of {len(done.outcomes)}"
        yield (
            f"{done.claim.id:<{widest}}  {'yes' if done.held else 'no':<4} {share:>11} "
            f"{done.effect:>10.4g} {done.spread:>10.4g}"
        )
    yield ""
    yield from _catalogue([done.claim for done in demonstrations])


def _catalogue(chosen: Sequence[Claim]) -> Iterator[str]:
    for number, claim in enumerate(chosen):
        yield from [""] * (number > 0)
        yield claim.id
        yield from _wrapped(claim.statement)
        yield from _wrapped(f"Source: {claim.source}.")
        yield from _wrapped(f"Effect: {claim.measure}.")
        yield from _wrapped(f"Holds where: {claim.criterion}.")


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent="  ", subsequent_indent="  ")
