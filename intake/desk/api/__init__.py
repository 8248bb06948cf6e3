"""The staff and machine API: the same services as the desk, for programs."""
