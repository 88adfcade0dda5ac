"""Hotspots: where incidents gather, and how far that can be trusted."""
