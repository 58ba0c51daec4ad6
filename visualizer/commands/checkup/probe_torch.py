"""Import torch and let it compute; print what it says about itself as JSON."""

from __future__ import annotations

import json

import torch


def main() -> None:
    """Print which devices there are after a product of two matrices."""
    torch.ones(8, 8) @ torch.ones(8, 8)
    print(json.dumps({"cuda": torch.cuda.is_available()}))


if __name__ == "__main__":
    main()
