"""The WeChat official-account door: signed XML in, service messages out. Off by default."""
