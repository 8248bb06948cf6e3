"""Short messages to citizens: outwards only."""
