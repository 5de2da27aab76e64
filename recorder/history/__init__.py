"""The history of a run, from its answers in order: segments, summary, flags, changes."""
