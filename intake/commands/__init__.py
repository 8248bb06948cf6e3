"""Commands of the administrator, by what they are about."""
