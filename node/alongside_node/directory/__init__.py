"""Everyone's listings, verified: publishing ours, following our peers', searching both. No query ever leaves this node."""
