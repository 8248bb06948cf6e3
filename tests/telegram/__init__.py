"""A Bot API server of our own for the tests of the Telegram door."""
