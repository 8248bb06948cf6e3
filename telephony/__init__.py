"""The telephone door: the link to the PBX and what is understood from it."""
