"""The watch: loads due runs from the store, polls them, and records the answers."""
