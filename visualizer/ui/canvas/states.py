"""How every card and wire looks at one instant, as plain values."""

from __future__ import annotations

from typing import Literal, NamedTuple

from visualizer.core.timeline import SceneState, Timeline
from visualizer.ui.canvas.scene import OUTPUT, Diagram, LayerCard, Wire
from visualizer.ui.canvas.subject import Subject
from visualizer.ui.store import View

Look = Literal["idle", "dim", "active", "done"]
Gradient = Literal["", "later", "active", "done", "none"]


class BlockState(NamedTuple):
    """One column of a stage card; `node` is the one whose tensor is shown."""

    look: Look
    gradient: Gradient
    node: str
    frozen: bool
    opened: bool


class CardState(NamedTuple):
    """A card at one instant.

    `gradient` is "" before the backward pass has begun; from then on activations are grey and gradients appear.
    `fact` is what is said instead of the card's own fact, the longest wording first.
    """

    look: Look
    gradient: Gradient
    node: str
    frozen: bool
    verified: bool
    selected: bool
    blocks: tuple[BlockState, ...]
    facts: tuple[str, ...]


class WireState(NamedTuple):
    """A wire at one instant; `share` is the size of its gradient (0 to 1) with its sign."""

    look: Literal["later", "done", "active", "frozen", "gradient", "error"]
    share: float = 0.0
    running: bool = False


Moment = tuple[str, int, int, str]


def moment(scene: SceneState | None) -> Moment:
    """Return what the looks of cards depend on; between two equal moments only fills and pulses move."""
    return ("", 0, 0, "") if scene is None else (scene.phase, scene.forward, scene.backward, scene.active)


def card_state(card: LayerCard, subject: Subject, scene: SceneState | None, view: View) -> CardState:
    """Return how a card looks."""
    look, gradient, node = _phase(card.nodes or (card.output,), card.output, subject, scene)
    if subject.graph.node[card.output].kind == "input" and look == "dim":
        look = "done"
    if card.id == OUTPUT and scene is not None:
        look = _output_look(scene)
    within = view.selected in card.holds or view.selected == card.id
    if not card.blocks and view.selected in card.holds and "active" not in (look, gradient):
        node = view.selected
    blocks = tuple(_block_state(card, number, subject, scene, view) for number in range(len(card.blocks)))
    return CardState(
        look=look,
        gradient=gradient,
        node=node,
        frozen=subject.is_frozen(card.layers),
        verified=subject.is_verified(card.layers),
        selected=bool(view.selected) and within,
        blocks=blocks,
        facts=_facts(card, look, gradient, blocks),
    )


def _block_state(card: LayerCard, number: int, subject: Subject, scene: SceneState | None, view: View) -> BlockState:
    block = card.blocks[number]
    look, gradient, node = _phase(block.nodes, block.output, subject, scene)
    prefix = f"{subject.graph.call[block.call].path}."
    layers = tuple(layer for layer in card.layers if layer.startswith(prefix))
    return BlockState(look, gradient, node, subject.is_frozen(layers), view.opened == block.call)


def _phase(
    nodes: tuple[str, ...], output: str, subject: Subject, scene: SceneState | None
) -> tuple[Look, Gradient, str]:
    """Return how far some nodes are, and the one of them whose tensor is shown."""
    timeline = subject.timeline
    if scene is None or timeline is None:
        return "idle", "", output
    active = scene.active if scene.active in nodes else ""
    if scene.phase in ("input", "forward"):
        ranked = [node for node in nodes if node in timeline.forward_rank]
        done = bool(ranked) and timeline.node_phase(scene, ranked[-1]) == "done"
        return "active" if active else "done" if done else "dim", "", active or output
    if scene.phase == "loss":
        return "done", "", output
    gradient, shown = _backward_phase(nodes, timeline, scene)
    return "done", "active" if active else gradient, active or (output if output in timeline.backward_rank else shown)


def _backward_phase(nodes: tuple[str, ...], timeline: Timeline, scene: SceneState) -> tuple[Gradient, str]:
    ranked = sorted((node for node in nodes if node in timeline.backward_rank), key=timeline.backward_rank.__getitem__)
    if not ranked:
        return "none", nodes[-1]
    return ("done" if timeline.gradient_phase(scene, ranked[-1]) == "done" else "later"), ranked[0]


def _output_look(scene: SceneState) -> Look:
    if scene.phase == "loss":
        return "active"
    return "done" if scene.phase in ("backward", "update") else "dim"


def _facts(card: LayerCard, look: Look, gradient: Gradient, blocks: tuple[BlockState, ...]) -> tuple[str, ...]:
    """Return what is said below the title now."""
    running = next((n for n, block in enumerate(blocks) if "active" in (block.look, block.gradient)), None)
    said: dict[Gradient, tuple[str, ...]] = {
        "active": ("gradient arrives", "gradient", ""),
        "done": ("gradient", ""),
        "none": ("no gradient needed", "no gradient", "") if card.layers else card.facts,
    }
    if card.error:
        return ("stopped here", "")
    if running is not None:
        where = f"{'branch' if card.parallel else 'block'} {running + 1} of {len(blocks)}"
        return (f"{'gradient,' if gradient else 'running'} {where}", where, "")
    if look == "dim":
        return ("last pass", "")
    return card.facts if card.kind == "output" else said.get(gradient, card.facts)


def wire_state(
    wire: Wire, diagram: Diagram, subject: Subject, scene: SceneState | None, states: dict[str, CardState]
) -> WireState:
    """Return how a wire looks; `states` are those of the diagram's cards."""
    target, source = diagram.card[wire.target], states[wire.source]
    if target.error:
        return WireState("error")
    if scene is None or subject.recording is None:
        return WireState("done")
    if scene.phase in ("backward", "update"):
        return _gradient_wire(wire, subject, scene, states)
    if states[wire.target].look == "active":
        pulsing = any(pulse.edge in wire.edges for pulse in scene.pulses)
        return WireState("active", running=pulsing)
    done = states[wire.target].look == "done" and source.look in ("done", "active")
    return WireState("done" if done else "later")


def _gradient_wire(wire: Wire, subject: Subject, scene: SceneState, states: dict[str, CardState]) -> WireState:
    recording = subject.recording
    assert recording is not None
    shares = [recording.edge_shares[edge] for edge in wire.edges if edge in recording.edge_shares]
    flows = bool(shares) and any(share.norm > 0 for share in shares)
    running = scene.phase == "backward" and any(pulse.edge in wire.edges for pulse in scene.pulses)
    if not flows and wire.target != OUTPUT:
        stopped = states[wire.target].frozen or states[wire.source].frozen
        return WireState("frozen" if stopped else "done")
    arrived = running or states[wire.source].gradient in ("active", "done")
    if not arrived:
        return WireState("done")
    largest = max((share.norm for share in recording.edge_shares.values()), default=1.0) or 1.0
    size = max((share.norm for share in shares), default=0.0) / largest
    mean = sum(share.mean for share in shares)
    return WireState("gradient", size if mean >= 0 else -size, running)
