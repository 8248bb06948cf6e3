"""Use cases: one verb a file, one transaction each."""
