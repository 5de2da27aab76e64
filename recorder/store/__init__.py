"""Where the history is kept: SQLite or Postgres through SQLAlchemy Core. The only package that knows SQL."""
