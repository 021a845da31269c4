"""What the tests stand on: the mounted daemon, the sandbox, and servers that answer with exact bytes."""
