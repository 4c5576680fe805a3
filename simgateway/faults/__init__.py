"""What can go wrong at a gateway, on command: at a moment, at the n-th message of a kind, or by seeded chance."""
