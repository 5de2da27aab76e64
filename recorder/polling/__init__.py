"""The watch itself: asks the store what is due, sends, and records what came of it."""
