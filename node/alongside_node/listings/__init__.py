"""What this community offers and needs: drafts, publishing, rest, withdrawal, and the key of each listing."""
