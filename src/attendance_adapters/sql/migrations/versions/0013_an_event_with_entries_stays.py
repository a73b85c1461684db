"""An event with entries of the ledger stays, by the name that the version before knows.

That version asks PostgreSQL which constraint kept it from deleting an event, and knows only that of
`marks`, where an event has no row whose marks were all annulled.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ON_POSTGRES = (
    """CREATE FUNCTION keep_event_with_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM ledger WHERE event_id = OLD.event_id) THEN
        RAISE EXCEPTION 'an event with entries of the ledger stays'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'fk_marks_event_id';
    END IF;
    RETURN OLD;
END
$$""",
    """CREATE TRIGGER events_with_entries_stay BEFORE DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION keep_event_with_entries()""",
)


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        for statement in ON_POSTGRES:
            connection.exec_driver_sql(statement)
