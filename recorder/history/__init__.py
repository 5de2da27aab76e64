"""What a run's answers, in order, come to: its distinct states and what is known of it. Pure."""
