"""Meters of a board's current: samples with times."""
