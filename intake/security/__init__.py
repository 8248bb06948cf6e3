"""Sign-in, sessions, keys, field encryption, masking, limits and the cleaning of uploads."""
