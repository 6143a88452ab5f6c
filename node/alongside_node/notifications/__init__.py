"""Telling people that something waits, in the way they chose: quietly, rarely, always in the same neutral words."""
