"""Opens the chain rule of one weight beside the network."""

from __future__ import annotations

from visualizer.ui.context import Context

FOLLOW = "Follow its gradient by the chain rule"


def follow_gradient(context: Context, parameter: str, index: tuple[int, ...]) -> None:
    """Look at one element of a parameter, with the layer that uses it selected."""
    recording = context.player.recording
    nodes = recording.graph.nodes if recording is not None else []
    user = next((node.id for node in nodes if parameter in node.parameters), "")
    context.store.look(page="network", selected=user, element=index[:1], channel=index[0] if index else 0,
                       parameter=parameter, number=index)  # fmt: skip
