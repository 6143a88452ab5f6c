"""Bringing a person and a listing together: asking, answering, withdrawing, erasing."""
