"""The history in a database: SQLite or Postgres through SQLAlchemy Core. The only package that knows SQL."""
