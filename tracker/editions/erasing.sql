-- Whether this transaction erases a person's data: only the eraser's role may write the log that says so (tracker/editions/grants.py). The triggers
-- that keep history, versions, snapshots and editions as they were written ask it; what an erasure may change, blanking.sql says.
CREATE FUNCTION editions.being_erased() RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM editions.erasure WHERE written_in = pg_current_xact_id_if_assigned()::text::bigint AND erased_at >= transaction_timestamp()
    );
END $$;
