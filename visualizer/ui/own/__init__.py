"""Inputs of the user's own: dropped, pasted or drawn."""
