"""The control port: one JSON object a line in, one out, for whoever wants a bad day now."""
