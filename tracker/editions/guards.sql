-- What the database itself refuses in schema "editions", whoever asks.
--
-- A row is written only while an edition is being written, carries that edition's number and time, and is changed once:
-- its known_to goes from nothing to the time of a later edition. Nothing is deleted or truncated. An edition holds approved
-- versions, as many as it says; a row made for reading says nothing else than the published record that it is made from.

CREATE FUNCTION editions.number_site_edition() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE previous editions.site_edition;
BEGIN
    -- One edition is written at a time, so that numbers follow times.
    PERFORM pg_advisory_xact_lock(hashtext('editions.site_edition'));
    SELECT * INTO previous FROM editions.site_edition ORDER BY number DESC LIMIT 1;
    NEW.number := coalesce(previous.number, 0) + 1;
    NEW.published_at := greatest(clock_timestamp(), transaction_timestamp(), previous.published_at + interval '1 microsecond');
    NEW.written_in := pg_current_xact_id()::text::bigint;
    RETURN NEW;
END $$;

CREATE FUNCTION editions.being_written() RETURNS editions.site_edition LANGUAGE plpgsql STABLE AS $$
DECLARE edition editions.site_edition;
BEGIN
    SELECT * INTO edition FROM editions.site_edition ORDER BY number DESC LIMIT 1;
    -- The number of a transaction alone would not do: a server that a dump is restored on counts from another one.
    IF edition.written_in IS DISTINCT FROM pg_current_xact_id()::text::bigint OR edition.published_at < transaction_timestamp() THEN
        RAISE EXCEPTION 'Published tables are written by publishing an edition only.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN edition;
END $$;

CREATE FUNCTION editions.stamp() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE edition editions.site_edition := editions.being_written();
BEGIN
    NEW.edition := edition.number;
    NEW.known_from := edition.published_at;
    NEW.known_to := NULL;
    RETURN NEW;
END $$;

CREATE FUNCTION editions.close_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE edition editions.site_edition;
BEGIN
    IF editions.being_erased() THEN
        RETURN NEW;  -- the eraser's rights say which columns
    END IF;
    IF OLD.known_to IS NOT NULL
        OR NEW.known_to IS NULL
        -- A generated column is not computed yet before an update; it follows from the others.
        OR to_jsonb(NEW) - '{known_to,search}'::text[] IS DISTINCT FROM to_jsonb(OLD) - '{known_to,search}'::text[]
    THEN
        RAISE EXCEPTION 'A published row is never changed; publish a new edition of its record.' USING ERRCODE = 'restrict_violation';
    END IF;
    edition := editions.being_written();
    NEW.known_to := edition.published_at;
    RETURN NEW;
END $$;

CREATE FUNCTION editions.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND editions.being_erased() THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A published row is never changed or removed.' USING ERRCODE = 'restrict_violation';
END $$;

-- A record is published only as an approved version that exists on the desk, under the names of those who made it so, and a status
-- only with what it rests on. The system actor approves what is shipped with the software, and nothing else.
CREATE FUNCTION editions.only_what_was_approved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM public.tracker_version v
        JOIN public.tracker_submission s ON s.id = v.submission_id
        JOIN public.tracker_user recorder ON recorder.id = v.recorded_by_id
        JOIN public.tracker_user approver ON approver.id = v.approved_by_id
        WHERE v.kind = NEW.kind AND v.key = NEW.key AND v.content_hash = NEW.content_hash AND v.change = NEW.change AND v.body = NEW.body
          AND v.title = NEW.title AND v.provenance = NEW.provenance AND (v.provenance = 'shipped') = approver.is_system
          AND s.state = 'approved' AND s.reason = NEW.reason
          -- An edit after it was submitted voids it, whoever edits.
          AND v.voided_at IS NULL AND v.forwards_to = NEW.forwards_to
          -- An approval given before another edition of the record is void.
          AND v.over IS NOT DISTINCT FROM (SELECT max(r.edition) FROM editions.record r WHERE r.kind = NEW.kind AND r.key = NEW.key)
          AND NEW.recorded_by = coalesce(nullif(btrim(recorder.first_name || ' ' || recorder.last_name), ''), recorder.username)
          AND NEW.approved_by = coalesce(nullif(btrim(approver.first_name || ' ' || approver.last_name), ''), approver.username);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'No approved version of % % has this content.', NEW.kind, NEW.key USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.kind = 'assessment' AND NEW.change = 'publish' THEN
        IF NEW.body ->> 'status' IN ('no_action', 'no_evidence') AND jsonb_array_length(NEW.body -> 'searches') = 0 THEN
            RAISE EXCEPTION 'Assessment % finds nothing and has no search on record.', NEW.key USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.body ->> 'status' <> 'no_evidence' AND NOT jsonb_path_exists(NEW.body, '$.citations[*] ? (@.stance == "supports")') THEN
            RAISE EXCEPTION 'Assessment % has no supporting citation.', NEW.key USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    IF NEW.kind = 'action' AND NEW.change = 'publish' THEN
        IF NOT jsonb_path_exists(NEW.body, '$.citations[*] ? (@.stance == "supports")') THEN
            RAISE EXCEPTION 'Action % has no supporting citation.', NEW.key USING ERRCODE = 'restrict_violation';
        END IF;
        -- What is said of a party is published with where it is said.
        IF jsonb_path_exists(NEW.body, '$.parties[*] ? (!exists(@.citations[*] ? (@.stance == "supports")) || @.said_by == "")') THEN
            RAISE EXCEPTION 'Action % names a party without saying who says so and where.', NEW.key USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;

-- What an edition holds is whole when it is committed: as many records as it says, and for each record that it closes another edition of it.
CREATE FUNCTION editions.holds_what_it_says() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.records < 1 OR NEW.records <> (SELECT count(*) FROM editions.record WHERE edition = NEW.number) THEN
        RAISE EXCEPTION 'Edition % does not hold the % records that it says.', NEW.number, NEW.records USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION editions.followed_by_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM editions.record WHERE kind = NEW.kind AND key = NEW.key AND known_from = NEW.known_to;
    IF NOT FOUND THEN
        RAISE EXCEPTION '% % ends without another edition; withdraw it.', NEW.kind, NEW.key USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION editions.published(wanted_kind text, wanted_key text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT body FROM editions.record WHERE kind = wanted_kind AND key = wanted_key AND known_to IS NULL AND change = 'publish'
$$;

-- Whether a row says the same as (a part of) a body wherever both have a word for it, other than under the names left out.
CREATE FUNCTION editions.agree(said jsonb, written jsonb, VARIADIC left_out text[] DEFAULT '{}') RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT written IS NOT NULL AND NOT EXISTS (
        SELECT FROM jsonb_each(written) AS part (name, value) WHERE said ? name AND name <> ALL (left_out) AND said -> name <> value
    )
$$;

CREATE FUNCTION editions.says_what_was_published() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    said jsonb := to_jsonb(NEW);
    body jsonb;
    agrees boolean;
BEGIN
    CASE TG_TABLE_NAME
        WHEN 'document' THEN
            agrees := editions.agree(said, editions.published('document', NEW.key), 'title');
        WHEN 'recommendation' THEN
            agrees := editions.agree(said, editions.published('recommendation', NEW.reference), 'themes', 'known_from');
        WHEN 'action' THEN
            agrees := editions.agree(said, editions.published('action', NEW.key));
        WHEN 'assessment' THEN
            agrees := editions.agree(said, editions.published('assessment', NEW.key));
        WHEN 'effect' THEN
            SELECT effect INTO body FROM jsonb_array_elements(editions.published('action', NEW.action) -> 'effects') AS effect
                WHERE effect ->> 'key' = NEW.key;
            agrees := editions.agree(said, body);
        WHEN 'addressee' THEN
            body := editions.published('recommendation', NEW.recommendation);
            agrees := editions.agree(said, body, 'themes', 'known_from', 'corroboration') AND editions.agree(said, (
                SELECT addressee FROM jsonb_array_elements(body -> 'addressees') AS addressee WHERE addressee ->> 'government' = NEW.government
            )) AND CASE
                WHEN NEW.assessment IS NULL THEN coalesce(NEW.status, 'not_assessed') = 'not_assessed' AND NEW.rationale = '' AND NEW.supports = 0
                ELSE editions.agree(said, editions.published('assessment', NEW.assessment))
            END;
        WHEN 'citation' THEN
            body := editions.published(NEW.record_kind, NEW.record_key);
            agrees := body IS NOT NULL AND editions.agree(said, editions.published('document', NEW.document)) AND CASE
                WHEN NEW.inherited THEN EXISTS (
                    SELECT FROM editions.citation c
                    WHERE c.document = NEW.document AND c.citation = NEW.citation AND c.record_kind = 'action' AND c.known_to IS NULL
                      AND editions.agree(said, to_jsonb(c), 'id', 'edition', 'known_from', 'known_to', 'record_kind', 'record_key', 'inherited')
                )
                ELSE editions.agree(said, (
                    SELECT citation FROM jsonb_array_elements(body -> 'citations') AS citation WHERE citation ->> 'key' = NEW.citation
                ))
            END;
    END CASE;
    IF agrees IS NOT TRUE THEN
        RAISE EXCEPTION 'A row of % says something else than what was published.', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER number_site_edition BEFORE INSERT ON editions.site_edition FOR EACH ROW EXECUTE FUNCTION editions.number_site_edition();
CREATE TRIGGER refuse BEFORE UPDATE OR DELETE ON editions.site_edition FOR EACH ROW EXECUTE FUNCTION editions.refuse();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON editions.site_edition EXECUTE FUNCTION editions.refuse();
CREATE CONSTRAINT TRIGGER holds_what_it_says AFTER INSERT ON editions.site_edition DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION editions.holds_what_it_says();
CREATE TRIGGER only_what_was_approved BEFORE INSERT ON editions.record FOR EACH ROW EXECUTE FUNCTION editions.only_what_was_approved();
CREATE CONSTRAINT TRIGGER followed_by_another AFTER UPDATE ON editions.record DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.known_to IS DISTINCT FROM NEW.known_to) EXECUTE FUNCTION editions.followed_by_another();

DO $$
DECLARE reading text;
BEGIN
    FOREACH reading IN ARRAY ARRAY['record', 'government', 'membership', 'document', 'recommendation', 'addressee', 'action', 'effect', 'assessment', 'citation']
    LOOP
        EXECUTE format('CREATE TRIGGER stamp BEFORE INSERT ON editions.%I FOR EACH ROW EXECUTE FUNCTION editions.stamp()', reading);
        EXECUTE format('CREATE TRIGGER close_once BEFORE UPDATE ON editions.%I FOR EACH ROW EXECUTE FUNCTION editions.close_once()', reading);
        EXECUTE format('CREATE TRIGGER refuse BEFORE DELETE ON editions.%I FOR EACH ROW EXECUTE FUNCTION editions.refuse()', reading);
        EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON editions.%I EXECUTE FUNCTION editions.refuse()', reading);
    END LOOP;
    FOREACH reading IN ARRAY ARRAY['document', 'recommendation', 'addressee', 'action', 'effect', 'assessment', 'citation']
    LOOP
        EXECUTE format('CREATE TRIGGER says_what_was_published BEFORE INSERT ON editions.%I FOR EACH ROW'
                       ' EXECUTE FUNCTION editions.says_what_was_published()', reading);
    END LOOP;
END $$;
