"""How long a watch goes on, over what, and how it stands to others. Pure."""

from dataclasses import dataclass
from enum import Enum

from recorder.schedule.sharing import Role


class Until(Enum):
    """When a watch is over."""

    PASS = "pass"  # noqa: S105  # one pass over what is due
    TIME = "time"
    DONE = "done"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long to watch what.

    Attributes:
        until: when the watch is over.
        lasts_us: at most so long, microseconds; None for no limit.
        source: only this source; None for all.
        is_guest: whether it leaves every source to others that stay.
    """

    until: Until = Until.PASS
    lasts_us: int | None = None
    source: str | None = None
    is_guest: bool = False

    @property
    def role(self) -> Role:
        """How it shares the sources with other processes."""
        if self.until is not Until.STOPPED:
            return Role.PASSING
        return Role.GUEST if self.is_guest else Role.STAYING
