"""When to look at which run: pure functions of what is known, the settings and the time."""
