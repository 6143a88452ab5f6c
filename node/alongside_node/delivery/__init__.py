"""Getting messages to peers for certain: what waits to leave, what has come in, when to try again, how each peer is doing."""
