"""Bringing in what other directories know: files become drafts that wait for the person they speak for. Never publishes anything."""
