"""Mails for tests: written by us, with the structure real mailers give them."""
