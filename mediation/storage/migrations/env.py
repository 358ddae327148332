"""How migrations are run: on the connection given by storage.upgrade, within its one transaction."""

from alembic import context

from mediation.storage.engine import Table
from mediation.storage.migrations.guards import guard_trail

_connection = context.config.attributes["connection"]
context.configure(
    connection=_connection,
    target_metadata=Table.metadata,  # for its naming convention
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
guard_trail(_connection)
