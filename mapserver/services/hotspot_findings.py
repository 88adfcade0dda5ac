"""What a method is given and what it gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from layers.hotspots.evidence import Evidence
from layers.hotspots.sentences import OutOfSample
from layers.wording import Text
from mapserver.services.following import Following
from mapserver.services.hotspot_ground import Ground
from mapserver.services.hotspot_requests import HotspotRequest
from mapserver.services.hotspot_results import Features

__all__ = ["LEAST_INCIDENTS", "Asking", "Found"]

# With fewer incidents a map would draw the points themselves.
LEAST_INCIDENTS = 30


class Found(NamedTuple):
    """What a method found.

    Parameters
    ----------
    evidence : Evidence
        How.
    sentence : Text
        The map in words.
    features : Features
        What is drawn.
    counts : mapping of str to object
        How many of each kind.
    cautions : tuple of Text
        What a reader must know.
    parts : mapping of str to object
        What is no map.
    """

    evidence: Evidence
    sentence: Text
    features: Features
    counts: Mapping[str, object]
    cautions: tuple[Text, ...] = ()
    parts: Mapping[str, object] = {}


class Asking(NamedTuple):
    """What a method is given.

    Parameters
    ----------
    ground : Ground
        Incidents and study area.
    request : HotspotRequest
        Method and options.
    following : Following
        How the work is followed.
    tried : OutOfSample or None
        The back-test of the method.
    """

    ground: Ground
    request: HotspotRequest
    following: Following
    tried: OutOfSample | None
