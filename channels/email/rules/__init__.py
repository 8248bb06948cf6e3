"""The rules for incoming mail, one a file; ``channels.email.chain`` is the table."""
