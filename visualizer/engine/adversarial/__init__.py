"""Generative adversarial networks: their training, and what can be seen of it. Goodfellow et al. 2014."""
