"""The methods by name."""

from __future__ import annotations

from layers.wording import Text

__all__ = ["METHOD_NAMES"]

METHOD_NAMES: dict[str, Text] = {
    "gistar": Text("Gi*", "Gi*"),
    "moran": Text("Moran cục bộ", "local Moran"),
    "density": Text("mật độ", "density"),
    "dbscan": Text("cụm vụ việc (DBSCAN)", "clusters (DBSCAN)"),
    "stdbscan": Text("cụm theo nơi và thời gian (ST-DBSCAN)", "clusters in space and time (ST-DBSCAN)"),
    "near_repeat": Text("lặp lại gần", "near repeats"),
    "emerging": Text("xu hướng điểm nóng", "emerging hotspots"),
    "repeats": Text("nơi lặp lại", "repeat places"),
}
