"""`recorder poll --forever` with short timeouts, as a program: python impatient.py READ_SECONDS.

Settings come from the environment and the config file, as for the command. Where the environment has CLOCK_FILE, the
clock is off by as many microseconds as that file says at the moment, in its first eight bytes.
"""

import mmap
import os
import signal
import struct
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from recorder.cli.streams import notify, open_streams
from recorder.fetch.client import Timeouts
from recorder.instants import now_us
from recorder.polling.service import Service
from recorder.polling.watch_options import RunMode, WatchOptions
from recorder.settings import load_settings
from recorder.store.engine import Database
from recorder.transfer.unrecorded import keep_answers


def clock() -> Callable[[], int]:
    """The clock that the environment asks for."""
    path = os.environ.get("CLOCK_FILE")
    if path is None:
        return now_us
    with Path(path).open("rb") as file:
        off = mmap.mmap(file.fileno(), 8, access=mmap.ACCESS_READ)
    return lambda: now_us() + int(struct.unpack("q", off)[0])


def main(read_s: float) -> int:
    open_streams()  # as the command does: a full disk takes no messages, and ends no watch
    settings = load_settings({}, environ=os.environ)
    with closing(Database(settings.database_url)) as database:
        service = Service(
            database,
            settings,
            environ=os.environ,
            options=WatchOptions(until=RunMode.FOREVER),
            notify=notify,
            clock=clock(),
            keep=lambda answers: keep_answers(answers, settings, notify),
            timeouts=Timeouts(connect_s=read_s, read_s=read_s, total_s=2 * read_s),
        )
        signal.signal(signal.SIGTERM, lambda *_: service.poller.stop())
        return service.run()


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
