"""Counting the multiplications and additions in matrix products and convolutions while they are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry


def count(work: Callable[[], object]) -> int:
    """Return the multiplications and additions in all products that `work` makes, forward and backward."""
    counter = _Counter()  # type: ignore[no-untyped-call]
    with counter:
        work()
    return counter.operations


class _Counter(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """As torch.utils.flop_counter.FlopCounterMode, without its import of the compiler, which takes seconds."""

    operations: int = 0

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Nothing is compiled here: torch need not load its compiler to leave this class alone."""
        return False

    def __torch_dispatch__(
        self, operation: Any, types: Any, given: Sequence[Any] = (), named: Mapping[str, Any] | None = None
    ) -> Any:
        result = operation(*given, **(named or {}))
        formula = flop_registry.get(operation.overloadpacket)
        if formula is not None:
            self.operations += formula(*given, **(named or {}), out_val=result)
        return result
