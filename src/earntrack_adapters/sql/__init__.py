"""SQL: the storage port on SQLite and PostgreSQL."""
