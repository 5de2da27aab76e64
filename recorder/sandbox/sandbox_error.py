"""The error of the sandbox."""


class SandboxError(ValueError):
    """An option, a scenario, a folder or a port that cannot be used; the text says which, and what to do."""
