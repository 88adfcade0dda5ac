"""Pictures of the map: the live page, the offline page and print."""
