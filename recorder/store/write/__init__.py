"""What changes the history: sources and runs, answers, what they come to."""
