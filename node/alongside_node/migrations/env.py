"""How Alembic runs here: on the connection that `migrations.upgrade` gives it, in one transaction."""

from alembic import context

from alongside_node import schema

connection = context.config.attributes["connection"]


def _ours(_object: object, name: str | None, kind: str, _reflected: bool, _compare: object) -> bool:  # noqa: FBT001 - Alembic's
    """The full-text index and its shadow tables are made by hand: autogenerate would drop them."""
    return not (kind in ("table", "index") and name is not None and schema.FULL_TEXT in name)


context.configure(connection=connection, target_metadata=schema.metadata, render_as_batch=True, include_object=_ours)
with context.begin_transaction():
    context.run_migrations()
