"""Redrawing of units: borders as arcs on a grid, plans as operations, figures, refusals, what is published."""
