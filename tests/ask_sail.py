"""Ask Sail over Spark's protocol, in a venv of its own: queries on stdin as JSON, rows on stdout.

.venv/sail/bin/python tests/ask_sail.py DIR/views.spark.sql < queries.json
"""

import json
import os
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

os.environ.setdefault("SAIL_MODE", "local-cluster")

from pysail.spark import SparkConnectServer
from pyspark.sql import SparkSession


def plain(value: Any) -> float | str:
    """A value as JSON has it."""
    return float(value) if isinstance(value, Decimal) else str(value)


server = SparkConnectServer("127.0.0.1", 0)
server.start(background=True)
host, port = server.listening_address
spark = SparkSession.builder.remote(f"sc://{host}:{port}").getOrCreate()
for view in Path(sys.argv[1]).read_text("utf-8").split(";\n")[:-1]:
    spark.sql(view)
answers = {
    name: [row.asDict() for row in spark.sql(query).collect()]
    for name, query in json.load(sys.stdin).items()
}
json.dump(answers, sys.stdout, default=plain)
sys.stdout.flush()
os._exit(0)  # the server's threads do not end by themselves
