"""The exchange straight behind the broker's port: no socket, no frames, no client library in between."""
