"""Backpropagation as the chain rule: single steps, the proof, its price, and the pass as code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from visualizer.ui.actions import Entry
from visualizer.ui.chain_rule.micro import micro_steps
from visualizer.ui.code.scripts import scripts
from visualizer.ui.views.card_row import CARDS

if TYPE_CHECKING:
    from visualizer.ui.main_window import MainWindow

_ICONS = {
    "loss": "train", "gradients": "train", "surface": "surface", "code": "code", "matrix": "weights", "cost": "train",
}  # fmt: skip


def entries(window: MainWindow) -> list[Entry]:
    context, network = window.context, window.pages.network
    micro, program = micro_steps(context), scripts(context)
    program.tell(window.notices.say)

    def recorded() -> bool:
        return context.player.recording is not None and context.link.state == "running"

    def on_network() -> bool:
        return recorded() and context.store.view.page == "network"

    def weight_chosen() -> bool:
        return on_network() and network.side.weight_shown

    def measure() -> None:
        network.cards.reveal("cost")
        network.cards.card("cost").measure()  # type: ignore[attr-defined]

    return [
        Entry("micro-forward", "Animation", "One number forward", lambda: micro.step(1),
              "Inside of the layer: to the next product, sum or gradient; Esc leaves", "step", keys=(".",),
              enabled=on_network, group="micro"),
        Entry("micro-back", "Animation", "One number back", lambda: micro.step(-1),
              "Inside of the layer: to the product, sum or gradient before; Esc leaves", "step-back", keys=(",",),
              enabled=on_network, group="micro"),
        Entry("prove", "Run", "Prove the gradient of this weight", lambda: network.side.weight.questions.prove(),
              "Compute it by chain rule, by autograd and by finite difference", "check", keys=("Ctrl+P",),
              enabled=weight_chosen, group="gradient"),
        Entry("measure-cost", "Run", "Measure the cost of the gradient", measure,
              "Time backpropagation against finite differences on this network", "epoch", enabled=on_network,
              group="gradient"),
        Entry("copy-script", "Edit", "Copy the pass as a script", program.copy,
              "A program that needs only torch and prints the same numbers", "copy", enabled=recorded, group="script"),
        Entry("save-script", "File", "Save the pass as a script…", lambda: program.save(window),
              "Write a program that needs only torch and prints the same numbers", "code", enabled=recorded,
              group="script"),
        *(Entry(f"card-{name}", "View", f"Card: {title}", lambda name=name: network.cards.reveal(name),
                "Show this card below the network", _ICONS[name], enabled=on_network, group="cards")
          for name, title in CARDS.items()),
    ]  # fmt: skip
