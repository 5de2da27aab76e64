"""Who may send what now: leases of sources, budgets of keys, the clock that they go by."""
