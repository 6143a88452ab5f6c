"""The Alongside protocol, version 1: pure functions and values; only `client.drivers` does any I/O."""

__version__ = "0.1.0"
