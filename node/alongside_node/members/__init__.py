"""People: how they join, how they come back with seven words, and the keys that only they can use."""
