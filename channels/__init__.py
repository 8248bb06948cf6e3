"""The doors beside the telephone: every channel is a folder of the same shape."""
