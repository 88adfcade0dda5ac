"""HTTP: text to a typed request, one service call, an answer."""
