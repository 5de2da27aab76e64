"""How bash, zsh and fish complete a command line, where click's own classes lose a part of a word.

Invariant: a shell gets back the whole word that it replaces.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
)

_BREAKS: Final = frozenset("=:")
"""The characters at which bash breaks a word; each sequence of them is a word to it."""


@add_completion_class
class WholeWordBash(BashComplete):
    """The completion of bash, which takes `--label=team=g` for five words and replaces only the last one."""

    _kept = ""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one that is completed, and that one, as they were typed."""
        words, incomplete = super().get_completion_args()
        whole = list(_joined([*words, incomplete]))
        is_break = bool(incomplete) and _BREAKS.issuperset(incomplete)
        self._kept = whole[-1] if is_break else whole[-1].removesuffix(incomplete)
        return whole[:-1], whole[-1]

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        """Return what takes the place of the last word of bash."""
        found = super().get_completions(args, incomplete)
        kept = self._kept.removeprefix(_option_of(incomplete))
        for item in found:
            item.value = item.value.removeprefix(kept)
        return found


def _joined(words: Sequence[str]) -> Iterator[str]:
    """Yield words as they were typed; the last one, where it is empty, stands by itself.

    An option stands by itself too: in `--label team= --source` bash does not say whether a blank was typed.
    """
    whole, goes_on = "", False
    for word in words:
        is_break = bool(word) and _BREAKS.issuperset(word)
        if whole and not (is_break or (goes_on and word and not word.startswith("--"))):
            yield whole
            whole = ""
        whole, goes_on = whole + word, is_break
    yield whole


def _option_of(word: str) -> str:
    """Return the beginning of a word that is an option and its value: `--source=`; else nothing."""
    option, equals, _ = word.partition("=")
    return option + equals if equals and option.startswith("-") else ""


class WholeWord(ShellComplete):
    """The completion of a shell that takes `--source=te` for one word."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        """Return what completes a word; the value of an option after its name."""
        found = super().get_completions(args, incomplete)
        for item in found:
            item.value = _option_of(incomplete) + item.value
        return found


@add_completion_class
class WholeWordZsh(WholeWord, ZshComplete):
    """The completion of zsh, for files that follow an option and `=`."""

    source_template = ZshComplete.source_template.replace(
        "_path_files", "[[ $PREFIX == -*=* ]] && compset -P 1 '*='; _path_files"
    )


@add_completion_class
class WholeWordFish(WholeWord, FishComplete):
    """The completion of fish, for words and help with commas in them, and for files that follow an option and `=`."""

    source_template = FishComplete.source_template.replace(
        'string split ","', 'string split --max 1 ","'
    ).replace(
        "__fish_complete_path $metadata[2];",
        """set -l option (string match --regex -- '^-[^=]*=' $metadata[2]);
            for path in (__fish_complete_path (string sub --start (math 1 + (string length -- "$option")) -- $metadata[2]));
                echo "$option$path";
            end;""",
    )
