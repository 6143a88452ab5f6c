"""Alongside: a community's own node in a federated peer-support network (docs/architecture.md)."""
