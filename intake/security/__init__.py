"""Sign-in, sessions, passwords, masking and field encryption."""
