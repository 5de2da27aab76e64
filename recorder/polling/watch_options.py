"""How long a watch goes on, over which sources, and how it shares them."""

from enum import Enum

from msgspec import Struct

from recorder.schedule.sharing import Role


class RunMode(Enum):
    """The condition that ends a watch."""

    PASS = "pass"  # noqa: S105  # one pass over what is due
    TIME = "time"
    DONE = "done"
    FOREVER = "stopped"


class WatchOptions(Struct, frozen=True, kw_only=True):
    """The extent of one watch.

    Attributes:
        until: when the watch is over.
        lasts_us: at most so long, microseconds; None for no limit.
        source: only this source; None for all.
        is_viewer: whether it leaves every source to a service that wants it, and overdue runs to others to report.
        may_idle: whether it goes on where no source has a key.
        items: whether it captures the items of ended runs, also of sources whose settings do not say so.
    """

    until: RunMode = RunMode.PASS
    lasts_us: int | None = None
    source: str | None = None
    is_viewer: bool = False
    may_idle: bool = False
    items: bool = False

    @property
    def role(self) -> Role:
        """How it shares the sources with other processes."""
        if self.until is not RunMode.FOREVER:
            return Role.ONE_SHOT
        return Role.VIEWER if self.is_viewer else Role.SERVICE
