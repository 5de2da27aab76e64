"""How bash, zsh and fish complete a command line, where click's own classes lose a part of a word.

Invariant: a shell gets back the whole word that it replaces.
"""

from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
)


@add_completion_class
class WholeWordBash(BashComplete):
    """The completion of bash, which takes `--source=te` for three words."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one that is completed, and that one."""
        words, incomplete = super().get_completion_args()
        return (words[:-1] if words[-1:] == ["="] else words), incomplete


class WholeWord(ShellComplete):
    """The completion of a shell that takes `--source=te` for one word."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        """Return what completes a word; the value of an option after its name."""
        option, equals, _ = incomplete.partition("=")
        found = super().get_completions(args, incomplete)
        if equals and option.startswith("-"):
            for item in found:
                item.value = f"{option}={item.value}"
        return found


@add_completion_class
class WholeWordZsh(WholeWord, ZshComplete):
    """The completion of zsh."""


@add_completion_class
class WholeWordFish(WholeWord, FishComplete):
    """The completion of fish, for words and help with commas in them."""

    source_template = FishComplete.source_template.replace(
        'string split ","', 'string split --max 1 ","'
    )
