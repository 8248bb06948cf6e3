"""A platform of our own for the tests of the WeChat door."""
