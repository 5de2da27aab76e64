"""Runs the migrations on the connection that it is handed; nothing here opens a database by itself."""

from alembic import context


def run() -> None:
    """Bring the handed connection's store to the asked revision, in that connection's transaction."""
    handed = context.config.attributes
    connection = handed["connection"]
    context.configure(
        connection=connection,
        version_table=handed["version_table"],
        version_table_schema=handed["version_table_schema"],
    )
    context.run_migrations()


run()
