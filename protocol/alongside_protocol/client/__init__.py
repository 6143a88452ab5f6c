"""Speaking the protocol: exchanges as generators (`flows`), and the only I/O of this package (`drivers`)."""
