"""Boundaries: read a file of units, mend and check it, keep its versions apart, find things in it.

The way of a file: `reading` -> `prepare` (with `mending`, `coverage`, `report`) -> `versions`.
For the map: `generalise`, `locate`, `search`.
"""
