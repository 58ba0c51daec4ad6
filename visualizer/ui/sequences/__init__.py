"""Recurrent networks in the window: unrolled in time, opened cell by cell, compared, writing and forecasting."""
