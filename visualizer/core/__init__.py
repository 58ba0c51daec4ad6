"""Values and pure functions shared by the window and the engine. Imports neither torch nor Qt."""
