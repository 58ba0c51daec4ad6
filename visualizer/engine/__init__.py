"""Everything that computes. Imports core and torch, never Qt."""
