"""The history of a run, from its answers in order: summary, flags, changes."""
