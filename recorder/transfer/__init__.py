"""History out of a store and into another one."""
