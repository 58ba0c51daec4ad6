"""The code mirror: what happens now, as lines of plain PyTorch."""
