"""The Telegram door: updates in, answers out, files fetched later. Off by default."""

import os

# The library's own switch to the form its next major version will have: durations as timedelta.
os.environ.setdefault("PTB_TIMEDELTA", "1")
