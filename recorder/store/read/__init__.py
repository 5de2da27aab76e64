"""Questions to the store; nothing here changes it."""
