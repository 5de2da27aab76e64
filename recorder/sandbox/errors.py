"""The one error that the sandbox raises for what its user typed or its surroundings refuse."""


class SandboxError(ValueError):
    """An option, a scenario, a folder or a port that is of no use; the text says which, and what to do."""
