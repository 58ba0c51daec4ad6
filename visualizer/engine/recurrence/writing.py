"""A network that has learned the next character writes, one character after the other."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from visualizer.core.catalogue import DatasetEntry
from visualizer.core.errors import UserError
from visualizer.core.topics.sequences import Generate, Generated

LONGEST = 1000
HOTTEST = 10.0


def generate(network: nn.Module, entry: DatasetEntry, wanted: Generate, step: int) -> Generated:
    """Return what a network in eval mode writes after a prompt; the first class of `entry` is the start and end sign.

    Each character is drawn from softmax(logits / temperature), at temperature 0 it is the likeliest one. Raises
    UserError for data that are no text, characters that the network does not know, and numbers out of range.
    """
    _check(entry, wanted)
    end = entry.classes[0]
    random = torch.Generator().manual_seed(wanted.seed)
    rows: list[Tensor] = []
    written: list[int] = []
    with torch.no_grad():
        while len(written) < wanted.length and (not written or written[-1] != 0):
            text = wanted.prompt + "".join(entry.classes[sign] for sign in written)
            logits = network(signs_of(entry, text).unsqueeze(0))[0, -1]
            check_finite(logits, f"for what follows “{text}”" if text else "for the first character")
            rows.append(_probabilities(logits, wanted.temperature))
            written.append(int(torch.multinomial(rows[-1], 1, generator=random)))
    characters = [entry.classes[sign] for sign in written]
    return Generated(
        step=step,
        prompt=wanted.prompt,
        text=wanted.prompt + "".join(characters).removesuffix(end),
        written=characters,
        classes=entry.classes,
        probabilities=torch.stack(rows).numpy(),
        chosen=np.array([row[sign] for row, sign in zip(rows, written, strict=True)], dtype=np.float32),
        ended=written[-1] == 0,
        temperature=wanted.temperature,
    )


def signs_of(entry: DatasetEntry, text: str) -> Tensor:
    """Return the start sign and a text as one-hot signs, float32 (1 + characters, classes)."""
    read = torch.tensor([0, *(entry.classes.index(character) for character in text)])
    return torch.nn.functional.one_hot(read, len(entry.classes)).float()


def _probabilities(logits: Tensor, temperature: float) -> Tensor:
    if temperature == 0:
        return torch.nn.functional.one_hot(logits.argmax(), len(logits)).float()
    return (logits / temperature).softmax(-1)


def check_text(entry: DatasetEntry, text: str) -> None:
    """Raise UserError for data that are no text, and for characters that they do not have."""
    if entry.task != "labelling":
        raise UserError(f"A network that learns {entry.id} cannot write: its data have to be a text, as names is.")
    known = entry.classes[1:]
    strange = [character for character in dict.fromkeys(text) if character not in known]
    if strange:
        named = ", ".join(map(repr, strange))
        raise UserError(
            f"The network does not know {named} in {text!r}: {entry.id} is written with {known[0]} to {known[-1]}."
        )


def check_finite(output: Tensor, what: str) -> None:
    """Raise UserError where a network gives out what is no number."""
    if not bool(output.isfinite().all()):
        raise UserError(f"The network gives out no finite numbers {what}: its weights have diverged, go back or reset.")


def _check(entry: DatasetEntry, wanted: Generate) -> None:
    check_text(entry, wanted.prompt)
    if not 0 <= wanted.temperature <= HOTTEST:
        raise UserError(f"The temperature {wanted.temperature:g} cannot be used: 0 (the likeliest) to {HOTTEST:g}.")
    if not 1 <= wanted.length <= LONGEST:
        raise UserError(f"A text of {wanted.length} characters cannot be written: 1 to {LONGEST}.")
    if len(wanted.prompt) > LONGEST:
        raise UserError(f"The prompt has {len(wanted.prompt)} characters, {LONGEST} are possible.")
