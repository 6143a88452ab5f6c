"""Who this node is: its documents, its keys, what the community says of itself, and its agreements."""
