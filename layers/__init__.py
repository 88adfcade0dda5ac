"""The domain of the digitised security map: what is on the map, and what can be said about it.

Nothing here knows Flask, click or folium. Analysis packages take frames and numbers and
return frames and numbers; `layers.store` keeps them; `layers.catalog` names them.
"""

__version__ = "0.1.0"
