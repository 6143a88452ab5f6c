"""Blocks: kept here, and obeyed by the slices above (requests). Knows no request and no listing."""
