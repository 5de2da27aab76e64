"""Runs the migrations on the connection that it is handed; nothing here opens a database by itself."""

from alembic import context


def run() -> None:
    """Bring the handed connection's store to the asked revision, in that connection's transaction."""
    connection = context.config.attributes["connection"]
    postgres = connection.dialect.name == "postgresql"
    context.configure(connection=connection, version_table_schema="recorder" if postgres else None)
    context.run_migrations()


run()
