"""See deep learning: real networks drawn, run, trained and frozen before your eyes."""

__version__ = "0.1.0"
