"""`recorder poll --forever` with short timeouts, as a program: python impatient.py READ_SECONDS.

Settings come from the environment and the config file, as for the command.
"""

import os
import signal
import sys
from contextlib import closing

from recorder.cli.streams import notify
from recorder.fetch.client import Timeouts
from recorder.instants import now_us
from recorder.polling.service import Service
from recorder.polling.watch_options import RunMode, WatchOptions
from recorder.settings import load_settings
from recorder.store.engine import Database


def main(read_s: float) -> int:
    settings = load_settings({}, environ=os.environ)
    with closing(Database(settings.database_url)) as database:
        service = Service(
            database,
            settings,
            environ=os.environ,
            options=WatchOptions(until=RunMode.FOREVER),
            notify=notify,
            clock=now_us,
            timeouts=Timeouts(connect_s=read_s, read_s=read_s, total_s=2 * read_s),
        )
        signal.signal(signal.SIGTERM, lambda *_: service.poller.stop())
        return service.run()


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
