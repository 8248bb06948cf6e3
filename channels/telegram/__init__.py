"""The Telegram door: updates in, answers out, files fetched later. Off by default."""
