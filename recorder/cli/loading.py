"""The modules that are loaded when a command needs them: the commands themselves, and rooms with a library that takes long.

Invariant: this is the one place where the command line loads a module by its name; all else stands at the top of a module.
"""

import gc
import sys
from importlib import import_module
from types import ModuleType


def load(name: str) -> ModuleType:
    """Import a module, and look for garbage neither meanwhile nor later in what it made."""
    if (loaded := sys.modules.get(name)) is not None:
        return loaded
    gc.disable()
    try:
        return import_module(name)
    finally:
        gc.freeze()  # modules stay: of a pass with nothing due this saves a quarter of the CPU time
        gc.enable()
