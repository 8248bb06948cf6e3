"""The citizens' portal."""
