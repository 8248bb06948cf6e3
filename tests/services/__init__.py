"""What the tests need from outside: servers and a browser, announced by deploy/test."""
