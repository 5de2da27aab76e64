"""What the history means: durations, failures, costs, coverage. Pure functions over run rows."""
