"""When to poll which run: pure functions of history, settings and time."""
