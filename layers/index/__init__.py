"""The read side: incidents as columns sorted along a Morton curve, derived from a store and never its master."""
