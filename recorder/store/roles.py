"""Roles of Postgres that may read a store and change nothing.

Invariant: what a reader is granted holds for what a later revision makes too, and granting twice changes nothing.
"""

import sqlalchemy as sa

from recorder.errors import UsageError
from recorder.store.engine import Database
from recorder.store.revision import SCHEMA_LOCK
from recorder.store.table_parts import SCHEMA

_GRANTS = (
    "GRANT USAGE ON SCHEMA {schema} TO {role}",
    "GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}",
    "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT ON TABLES TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT EXECUTE ON FUNCTIONS TO {role}",
)


def require_role(database: Database, role: str) -> None:
    """Refuse a role that is not there.

    Raises:
        UsageError: the store is a SQLite file, or its server knows no such role.
    """
    if database.dialect.is_file:
        raise UsageError(
            "--reader: a SQLite store has no roles: who may read its file may read it (chmod)"
        )
    roles = sa.table("pg_roles", sa.column("rolname", sa.Text), schema="pg_catalog")
    known = sa.select(sa.exists().where(roles.c.rolname == role))
    with database.reading() as connection:
        if not connection.execute(known).scalar_one():
            raise UsageError(
                f"--reader={role}: the server has no such role: make it with"
                f" 'createuser {role}', or in SQL with CREATE ROLE ... LOGIN"
            )


def grant_reading(database: Database, role: str) -> None:
    """Let a role use the views, and the program's commands that only read."""
    quoted = sa.quoted_name(role, quote=True)
    with database.writing() as connection:
        # Postgres refuses one of two that grant on the same table at once, without a wait.
        database.dialect.lock(connection, SCHEMA_LOCK)
        name = connection.dialect.identifier_preparer.quote(quoted)
        for grant in _GRANTS:
            connection.exec_driver_sql(grant.format(schema=SCHEMA, role=name))
