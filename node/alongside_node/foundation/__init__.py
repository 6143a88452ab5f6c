"""What everything stands on: database, clock, the one way out to the network, the server's limits, telemetry."""
