"""How Alembic runs our steps: on the connection that it is given."""

from alembic import context

from earntrack_adapters.sql.schema import metadata


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,
)
context.run_migrations()
