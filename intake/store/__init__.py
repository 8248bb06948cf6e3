"""Rows: tables, unit of work, outbox, audit chain, search and migrations."""
