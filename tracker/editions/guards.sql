-- What the database itself refuses in schema "editions", whoever asks.
--
-- A row is written only while an edition is being written, carries that edition's number and time, and is changed once:
-- its known_to goes from nothing to the time of a later edition. Nothing is deleted or truncated.

CREATE FUNCTION editions.number_site_edition() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE previous editions.site_edition;
BEGIN
    -- One edition is written at a time, so that numbers follow times.
    PERFORM pg_advisory_xact_lock(hashtext('editions.site_edition'));
    SELECT * INTO previous FROM editions.site_edition ORDER BY number DESC LIMIT 1;
    NEW.number := coalesce(previous.number, 0) + 1;
    NEW.published_at := greatest(clock_timestamp(), previous.published_at + interval '1 microsecond');
    NEW.written_in := pg_current_xact_id()::text::bigint;
    RETURN NEW;
END $$;

CREATE FUNCTION editions.being_written() RETURNS editions.site_edition LANGUAGE plpgsql STABLE AS $$
DECLARE edition editions.site_edition;
BEGIN
    SELECT * INTO edition FROM editions.site_edition ORDER BY number DESC LIMIT 1;
    IF edition.written_in IS DISTINCT FROM pg_current_xact_id()::text::bigint THEN
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
    RAISE EXCEPTION 'A published row is never changed or removed.' USING ERRCODE = 'restrict_violation';
END $$;

-- A record is published only as an approved version that exists on the desk, and a status only with what it rests on.
CREATE FUNCTION editions.only_what_was_approved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE version public.tracker_version;
BEGIN
    SELECT v.* INTO version FROM public.tracker_version v JOIN public.tracker_submission s ON s.id = v.submission_id
        WHERE v.kind = NEW.kind AND v.key = NEW.key AND v.content_hash = NEW.content_hash AND v.change = NEW.change AND v.body = NEW.body
          AND v.provenance = NEW.provenance AND v.approved_by_id IS NOT NULL AND s.state = 'approved'
        ORDER BY v.id DESC LIMIT 1;
    IF version.id IS NULL THEN
        RAISE EXCEPTION 'No approved version of % % has this content.', NEW.kind, NEW.key USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.kind = 'assessment' AND NEW.change = 'publish' THEN
        IF NEW.body ->> 'status' IN ('no_action', 'no_evidence') AND jsonb_array_length(NEW.body -> 'searches') = 0 THEN
            RAISE EXCEPTION 'Assessment % finds nothing and has no search on record.', NEW.key USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.body ->> 'status' NOT IN ('no_action', 'no_evidence')
            AND NOT jsonb_path_exists(NEW.body, '$.citations[*] ? (@.stance == "supports")')
        THEN
            RAISE EXCEPTION 'Assessment % has no supporting citation.', NEW.key USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER number_site_edition BEFORE INSERT ON editions.site_edition FOR EACH ROW EXECUTE FUNCTION editions.number_site_edition();
CREATE TRIGGER refuse BEFORE UPDATE OR DELETE ON editions.site_edition FOR EACH ROW EXECUTE FUNCTION editions.refuse();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON editions.site_edition EXECUTE FUNCTION editions.refuse();
CREATE TRIGGER only_what_was_approved BEFORE INSERT ON editions.record FOR EACH ROW EXECUTE FUNCTION editions.only_what_was_approved();

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
END $$;
