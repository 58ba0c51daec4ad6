"""The parts of the convolution sandbox."""
