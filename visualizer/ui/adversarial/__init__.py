"""A generator against its discriminator: the game as a picture, its stages, its meters, and what can be asked of it."""
