"""Backups: what is copied, how it is checked, how it comes back."""
