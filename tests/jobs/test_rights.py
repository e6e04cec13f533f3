"""Over the real roles: the desk works on the queue, the public does not see it, and nobody else may anything."""

import psycopg
import pytest

from config import postgres

TABLES = ("procrastinate_jobs", "procrastinate_events", "procrastinate_workers", "procrastinate_periodic_defers", "jobs_jobreport")


def test_the_desk_does_everything_with_the_queue_but_owns_none_of_it(desk: str, cluster: postgres.Cluster) -> None:
    with cluster.connect("desk", desk) as connection:
        for table in TABLES:
            for right in ("SELECT", "INSERT", "UPDATE", "DELETE"):
                assert connection.execute("SELECT has_table_privilege(%s, %s)", [table, right]).fetchone() == (True,), (table, right)
            for statement in (f"TRUNCATE {table} CASCADE", f"DROP TABLE {table} CASCADE", f"ALTER TABLE {table} ADD COLUMN x int"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("ALTER TABLE procrastinate_jobs DISABLE TRIGGER ALL")
        # Its functions as Procrastinate calls them, from putting in to the end.
        number = connection.execute(
            "SELECT unnest(procrastinate_defer_jobs_v1(ARRAY[ROW('desk', 'x', 0, NULL, NULL, '{}', NULL)]::procrastinate_job_to_defer_v1[]))"
        ).fetchone()[0]
        worker = connection.execute("SELECT * FROM procrastinate_register_worker_v1()").fetchone()[0]
        assert connection.execute("SELECT id FROM procrastinate_fetch_job_v2(NULL, %s)", [worker]).fetchone() == (number,)
        connection.execute("SELECT procrastinate_update_heartbeat_v1(%s)", [worker])
        connection.execute("SELECT procrastinate_finish_job_v1(%s, 'failed', false)", [number])
        connection.execute("SELECT procrastinate_retry_job_v2(%s, now(), NULL, NULL, NULL)", [number])
        connection.execute("SELECT procrastinate_unregister_worker_v1(%s)", [worker])
        assert connection.execute("SELECT procrastinate_defer_periodic_job_v2('desk', NULL, NULL, 'x', 0, '', 1, '{}')").fetchone()[0] > number
        connection.execute("INSERT INTO jobs_jobreport (job_id, sentence) VALUES (%s, 'Done.')", [number])
        connection.execute("DELETE FROM procrastinate_jobs")
        assert connection.execute("SELECT count(*) FROM jobs_jobreport").fetchone() == (0,)


def test_the_public_sees_nothing_of_the_queue(desk: str, cluster: postgres.Cluster) -> None:
    with cluster.connect("public", desk) as connection:
        connection.execute("SET default_transaction_read_only = off")
        for statement in (
            *(f"SELECT * FROM public.{table}" for table in TABLES),
            "INSERT INTO public.procrastinate_workers DEFAULT VALUES",
            "SELECT public.procrastinate_register_worker_v1()",
            "SELECT 'todo'::public.procrastinate_job_status",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_neither_the_public_nor_everybody_has_a_right_on_anything_of_the_queue(desk: str, cluster: postgres.Cluster) -> None:
    """Tables, sequences, functions and types, as PostgreSQL keeps them; 0 stands for everybody."""
    rights = """
        SELECT o.name, coalesce(r.rolname, 'everybody'), a.privilege_type FROM (
            SELECT c.relname::text AS name, coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's'::"char" ELSE 'r' END, c.relowner)) AS acl
                FROM pg_class c WHERE c.relkind IN ('r', 'S')
            UNION ALL SELECT p.proname::text, coalesce(p.proacl, acldefault('f', p.proowner)) FROM pg_proc p
            UNION ALL SELECT t.typname::text, coalesce(t.typacl, acldefault('T', t.typowner)) FROM pg_type t
                LEFT JOIN pg_class c ON c.oid = t.typrelid
                WHERE t.typtype IN ('e', 'd') OR t.typtype = 'c' AND c.relkind = 'c'
        ) o, aclexplode(o.acl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
        WHERE (o.name LIKE 'procrastinate%' OR o.name LIKE 'jobs\\_%' OR o.name LIKE 'partial_date%')
          AND (a.grantee = 0 OR r.rolname = 'tracker_public')
    """
    with cluster.connect(database=desk) as superuser:
        found = superuser.execute(rights).fetchall()
    # What readers compute with: the partial dates of editions.
    assert {row for row in found if not row[0].startswith("partial_date")} == set()
    assert not [row for row in found if row[1] == "everybody"]
