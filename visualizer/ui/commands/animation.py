"""The transport of the recorded pass: play, step, start, end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from visualizer.ui.actions import Entry

if TYPE_CHECKING:
    from visualizer.ui.main_window import MainWindow

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0)


def entries(window: MainWindow) -> list[Entry]:
    passes, store, pages = window.context.player, window.context.store, window.pages

    def ready() -> bool:
        return pages.player is not passes or passes.timeline is not None

    def change_speed(direction: int) -> None:
        nearest = min(range(len(SPEEDS)), key=lambda place: abs(SPEEDS[place] - store.view.speed))
        store.look(speed=SPEEDS[min(max(nearest + direction, 0), len(SPEEDS) - 1)])

    return [
        Entry("play", "Animation", lambda: "Pause the pass" if pages.player.playing else "Play the pass",
              lambda: pages.player.toggle(),
              "Let the recorded pass run, forward and backward",
              lambda: "pause" if pages.player.playing else "play", keys=("Space",), enabled=ready),
        Entry("forward", "Animation", "One layer forward", lambda: pages.player.step(1),
              "To the next layer of the pass", "forward", keys=("Right", "PgDown"), enabled=ready, group="step"),
        Entry("back", "Animation", "One layer back", lambda: pages.player.step(-1),
              "To the previous layer of the pass", "back", keys=("Left", "PgUp"), enabled=ready, group="step"),
        Entry("start", "Animation", "To the start", lambda: pages.player.start(), "To the input", "start",
              keys=("Home",), enabled=ready, group="step"),
        Entry("end", "Animation", "To the end", lambda: pages.player.end(), "To the update", "end", keys=("End",),
              enabled=ready, group="step"),
        Entry("faster", "Animation", "Faster", lambda: change_speed(1), "Double the speed of the animation", "forward",
              keys=("]",), group="speed"),
        Entry("slower", "Animation", "Slower", lambda: change_speed(-1), "Halve the speed of the animation", "back",
              keys=("[",), group="speed"),
    ]  # fmt: skip
