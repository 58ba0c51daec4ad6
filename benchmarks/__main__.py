"""`python -m benchmarks [NAME]...`: run all benchmarks, or those named."""

from __future__ import annotations

import sys

from benchmarks import explaining, frames, recording, start_up, tracing, training, unrolling

BENCHMARKS = {
    "tracing": tracing.run,
    "recording": recording.run,
    "start-up": start_up.run,
    "frames": frames.run,
    "training": training.run,
    "explaining": explaining.run,
    "unrolling": unrolling.run,
}


def main(names: list[str]) -> int:
    for name in names or BENCHMARKS:
        if name not in BENCHMARKS:
            print(f"Unknown benchmark '{name}': known are {', '.join(BENCHMARKS)}.", file=sys.stderr)
            return 2
        for ratio in BENCHMARKS[name]():
            print(ratio.line(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
