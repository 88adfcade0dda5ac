"""Incidents: reading files, checking rows, counting. Frames in, frames out; no store."""
