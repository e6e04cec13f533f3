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
    -- Words are blanked by editions.blank_words alone; in what is published, where the log says so.
    IF editions.being_erased() AND (TG_TABLE_NAME <> 'record' OR editions.erasure_names(OLD.edition, to_jsonb(OLD) ->> 'kind', to_jsonb(OLD) ->> 'key')) THEN
        RETURN NEW;
    END IF;
    -- What is taken down loses its words, once they are set aside (withholding.sql).
    IF editions.set_aside(TG_TABLE_NAME, to_jsonb(OLD))
        AND editions.of_its_own(to_jsonb(NEW)) - editions.words_of(TG_TABLE_NAME) = editions.of_its_own(to_jsonb(OLD)) - editions.words_of(TG_TABLE_NAME)
    THEN
        RETURN NEW;
    END IF;
    IF OLD.known_to IS NOT NULL
        OR NEW.known_to IS NULL
        OR editions.of_its_own(to_jsonb(NEW)) - 'known_to' IS DISTINCT FROM editions.of_its_own(to_jsonb(OLD)) - 'known_to'
    THEN
        RAISE EXCEPTION 'A published row is never changed; publish a new edition of its record.' USING ERRCODE = 'restrict_violation';
    END IF;
    edition := editions.being_written();
    NEW.known_to := edition.published_at;
    RETURN NEW;
END $$;

CREATE FUNCTION editions.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'site_edition' AND editions.erasure_names((to_jsonb(OLD) ->> 'number')::bigint, 'edition', '') THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME <> 'record' AND editions.set_aside(TG_TABLE_NAME, to_jsonb(OLD)) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'A published row is never changed or removed.' USING ERRCODE = 'restrict_violation';
END $$;

-- Whether any of these texts of a part is empty or white space.
CREATE FUNCTION editions.blank(body jsonb, VARIADIC names text[]) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT bool_or(coalesce(body ->> name, '') !~ '\S') FROM unnest(names) AS name
$$;

-- Whether a part says no day, or one that lies wholly after a day.
CREATE FUNCTION editions.no_day_by(body jsonb, name text, today date) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF body ->> name IS NULL OR NOT public.partial_date_is_valid(body ->> name) THEN
        RETURN true;
    END IF;
    RETURN editions.partial_date_first(body ->> name) > today;
END $$;

-- The day from which a search is due again: tracker/rules/searches.py says the same, and a test holds both equal.
CREATE FUNCTION editions.search_due_on(searched_on text) RETURNS date LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT (editions.partial_date_last(searched_on) + interval '12 months')::date
$$;

-- The citations that are weighed for a body: its own, and those that dispute what it says of a party. tracker/rules/evidence.py says the same.
CREATE FUNCTION editions.bearing_on(body jsonb, OUT citation text, OUT document text, OUT stance text) RETURNS SETOF record LANGUAGE sql IMMUTABLE AS $$
    SELECT used ->> 'key', used ->> 'document', used ->> 'stance' FROM jsonb_path_query(body, '$.citations[*]') AS used
    UNION
    SELECT used ->> 'key', used ->> 'document', 'disputes' FROM jsonb_path_query(body, '$.parties[*].citations[*] ? (@.stance == "disputes")') AS used
$$;

-- Whether a citation supports a body: one that disputes anything of it, or of the actions given, or what is said there of a party, is no support.
-- tracker/rules/evidence.py says the same, and a test holds both equal.
CREATE FUNCTION editions.supported(body jsonb, actions jsonb[] DEFAULT '{}') RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT EXISTS (
        SELECT FROM jsonb_path_query(body, '$.citations[*] ? (@.stance == "supports")') AS used
        WHERE NOT jsonb_path_exists(
            to_jsonb(array_prepend(body, actions)), '$[*].citations[*] ? (@.key == $key && @.stance == "disputes")',
            jsonb_build_object('key', used -> 'key')
        ) AND NOT jsonb_path_exists(
            to_jsonb(array_prepend(body, actions)), '$[*].parties[*].citations[*] ? (@.key == $key && @.stance == "disputes")',
            jsonb_build_object('key', used -> 'key')
        )
    )
$$;

-- What a body lacks to be public on a day, as a sentence; nothing where it lacks nothing. tracker/editorial/readiness.py says the same and more, to
-- people, before it comes to this.
CREATE FUNCTION editions.lacking(kind text, key text, body jsonb, today date, reviewed boolean) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    part jsonb;
    on_a_search boolean := kind = 'assessment' AND body ->> 'status' IN ('no_action', 'no_evidence');
BEGIN
    IF kind = 'assessment' THEN
        IF on_a_search AND coalesce(jsonb_array_length(body -> 'searches'), 0) = 0 THEN
            RETURN format('Assessment %s finds nothing and has no search on record.', key);
        ELSIF body ->> 'status' IS DISTINCT FROM 'no_evidence' AND NOT editions.supported(body) THEN
            RETURN format('Assessment %s has no supporting citation.', key);
        END IF;
        FOR part IN SELECT jsonb_array_elements(body -> 'searches') LOOP
            IF editions.blank(part, 'searched_on', 'searched_by', 'where', 'looked_for', 'limits') THEN
                RETURN format('A search of assessment %s does not say when, by whom, where, for what, or what it cannot show.', key);
            ELSIF reviewed AND editions.no_day_by(part, 'searched_on', today) THEN
                RETURN format('A search of assessment %s is dated a day to come.', key);
            END IF;
        END LOOP;
        -- What came with the software is as old as it is, and what others said is dated as they said it; the staff search anew.
        IF on_a_search AND reviewed AND body ->> 'assessor_kind' = 'staff' AND today >= ALL (
            SELECT editions.search_due_on(search ->> 'searched_on') FROM jsonb_array_elements(body -> 'searches') AS search
        ) THEN
            RETURN format('Assessment %s rests on a search that is due again.', key);
        END IF;
        FOR part IN SELECT jsonb_array_elements(body -> 'positions') LOOP
            IF coalesce(jsonb_array_length(part -> 'citations'), 0) = 0 OR editions.blank(part, 'said_by') OR editions.no_day_by(part, 'on', today) THEN
                RETURN format('Assessment %s says what somebody answered without saying who, when and where.', key);
            END IF;
        END LOOP;
    ELSIF kind = 'action' THEN
        IF NOT editions.supported(body) THEN
            RETURN format('Action %s has no supporting citation.', key);
        END IF;
        -- What is said of a party is published with who says it, where and when.
        FOR part IN SELECT jsonb_array_elements(body -> 'parties') LOOP
            IF NOT editions.supported(part) OR editions.blank(part, 'said_by', 'name') THEN
                RETURN format('Action %s names a party without saying who says so and where.', key);
            ELSIF editions.no_day_by(part, 'on', today) THEN
                RETURN format('Action %s gives a party a legal status without a day, or of a day to come.', key);
            ELSIF coalesce(part ->> 'standing', '') <> ALL (ARRAY[
                'alleged', 'questioned', 'arrested', 'investigated', 'charged', 'at_large', 'on_trial', 'pleaded_guilty', 'convicted', 'acquitted',
                'dropped', 'not_charged', 'overturned', 'sanctioned', 'expelled', 'released'
            ]) THEN
                RETURN format('Action %s gives a party a legal status that is none.', key);
            END IF;
        END LOOP;
    END IF;
    -- A reply stands beside the claim in the replier's own words.
    FOR part IN SELECT jsonb_array_elements(body -> 'replies') WHERE kind IN ('action', 'assessment') LOOP
        IF coalesce(jsonb_array_length(part -> 'citations'), 0) = 0 OR editions.blank(part, 'said_by', 'words', 'language')
            OR editions.no_day_by(part, 'on', today)
        THEN
            RETURN format('%s %s holds a reply without who, when, the words or where they stand.', initcap(kind), key);
        END IF;
    END LOOP;
    -- A translation says who made it and how, in what language, and which wording it translates.
    FOR part IN SELECT jsonb_array_elements(body -> 'translations') LOOP
        IF editions.blank(part, 'text', 'language', 'words', 'translates', 'translator') OR coalesce(part ->> 'kind', '') NOT IN ('official', 'ours', 'machine')
        THEN
            RETURN format('%s %s holds a translation without its words, its language, who made it or how.', initcap(kind), key);
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

-- A record is published only as an approved version that exists on the desk, under the names of those who made it so, and a status
-- only with what it rests on. The system actor approves what is shipped with the software, and nothing else.
CREATE FUNCTION editions.only_what_was_approved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE lacking text;
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
    IF NEW.change = 'publish' THEN
        lacking := editions.lacking(NEW.kind, NEW.key, NEW.body, (now() AT TIME ZONE 'UTC')::date, NEW.provenance = 'reviewed');
        IF lacking IS NOT NULL THEN
            RAISE EXCEPTION '%', lacking USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;

-- The public records of a kind that use a citation as said, for themselves or for a party: its key, and where it matters its stance. Asked at every
-- publication, so that nothing is left in a list of what is to be sorted in later, which each question would have to read.
CREATE INDEX record_cites ON editions.record USING gin ((body -> 'citations') jsonb_path_ops) WITH (fastupdate = off)
    WHERE known_to IS NULL AND change = 'publish';
CREATE INDEX record_cites_of_parties ON editions.record USING gin ((body -> 'parties') jsonb_path_ops) WITH (fastupdate = off)
    WHERE known_to IS NULL AND change = 'publish';

-- Looked up for each citation by itself: as a part of another question the planner may read all records instead.
CREATE FUNCTION editions.citing(wanted_kind text, used jsonb) RETURNS SETOF editions.record LANGUAGE plpgsql STABLE ROWS 1 AS $$
BEGIN
    RETURN QUERY SELECT * FROM editions.record
        WHERE kind = wanted_kind AND known_to IS NULL AND change = 'publish' AND (
            body -> 'citations' @> jsonb_build_array(used)
            OR body -> 'parties' @> jsonb_build_array(jsonb_build_object('citations', jsonb_build_array(used)))
        );
END $$;

-- The keys of the records, and of the effects within actions, that a body refers to: references of tracker/editorial/readiness.py says of what kind each
-- is, and a test holds both equal.
CREATE FUNCTION editions.refers_to(body jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT array_agg(DISTINCT name #>> '{}') FROM (
        SELECT jsonb_path_query(body, '$.citations[*].document') UNION ALL SELECT jsonb_path_query(body, '$.*[*].citations[*].document')
        UNION ALL SELECT jsonb_path_query(body, '$.made_in') UNION ALL SELECT jsonb_path_query(body, '$.known_from')
        UNION ALL SELECT jsonb_path_query(body, '$.relations[*].other')
        UNION ALL SELECT jsonb_path_query(body, '$.recommendation') UNION ALL SELECT jsonb_path_query(body, '$.supersedes')
        UNION ALL SELECT jsonb_path_query(body, '$.effects[*].recommendation') UNION ALL SELECT jsonb_path_query(body, '$.effects[*].undoes')
    ) AS named (name) WHERE name NOT IN ('null', '""')
$$;
CREATE INDEX record_refers_to ON editions.record USING gin (editions.refers_to(body)) WITH (fastupdate = off) WHERE known_to IS NULL AND change = 'publish';

-- When an edition is committed, every status that it publishes, or that shares a citation with an action that it publishes, is supported beside all
-- the actions that are public then.
CREATE FUNCTION editions.keeps_its_support() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE assessment editions.record;
BEGIN
    FOR assessment IN
        SELECT * FROM editions.record WHERE NEW.kind = 'assessment' AND kind = NEW.kind AND key = NEW.key AND known_to IS NULL AND change = 'publish'
        UNION ALL
        SELECT citing.* FROM editions.bearing_on(NEW.body) AS used,
            editions.citing('assessment', jsonb_build_object('key', used.citation)) AS citing WHERE NEW.kind = 'action' AND used.stance = 'disputes'
    LOOP
        IF assessment.body ->> 'status' IS DISTINCT FROM 'no_evidence' AND NOT editions.supported(assessment.body, ARRAY(
            SELECT citing.body FROM jsonb_path_query(assessment.body, '$.citations[*]') AS used,
                editions.citing('action', jsonb_build_object('key', used -> 'key', 'stance', 'disputes')) AS citing
        )) THEN
            RAISE EXCEPTION 'Assessment % has no supporting citation left beside the actions that are public.', assessment.key
                USING ERRCODE = 'restrict_violation';
        END IF;
    END LOOP;
    RETURN NULL;
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
    said jsonb := editions.of_its_own(to_jsonb(NEW));
    body jsonb;
    document jsonb;
    agrees boolean;
BEGIN
    CASE TG_TABLE_NAME
        WHEN 'document' THEN
            agrees := editions.agree(said, editions.published('document', NEW.key), 'title');
        WHEN 'recommendation' THEN
            body := editions.published('recommendation', NEW.reference);
            agrees := editions.agree(said, body, 'themes', 'known_from') AND NEW.source = coalesce(body ->> 'made_in', body ->> 'known_from');
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
            agrees := NEW.source = coalesce(body ->> 'made_in', body ->> 'known_from')
                AND editions.agree(said, body, 'themes', 'known_from', 'corroboration') AND editions.agree(said, (
                SELECT addressee FROM jsonb_array_elements(body -> 'addressees') AS addressee WHERE addressee ->> 'government' = NEW.government
            )) AND CASE
                WHEN NEW.assessment IS NULL THEN coalesce(NEW.status, 'not_assessed') = 'not_assessed' AND NEW.rationale = '' AND NEW.supports = 0
                ELSE editions.agree(said, editions.published('assessment', NEW.assessment))
            END;
        WHEN 'citation' THEN
            body := editions.published(NEW.record_kind, NEW.record_key);
            document := editions.published('document', NEW.document);
            agrees := body IS NOT NULL AND editions.agree(said, document) AND NEW.document_kind = document ->> 'kind'
                AND NEW.published_year IS NOT DISTINCT FROM extract(year FROM editions.partial_date_last(document ->> 'published_on'))
                AND NEW.government = coalesce(body ->> 'government', '') AND CASE
                WHEN NEW.inherited AND NEW.record_kind = 'action' THEN EXISTS (
                    SELECT FROM jsonb_array_elements(body -> 'parties') AS party, jsonb_array_elements(party -> 'citations') AS citation
                    WHERE citation ->> 'key' = NEW.citation AND citation ->> 'stance' = 'disputes' AND editions.agree(said, citation)
                )
                WHEN NEW.inherited THEN EXISTS (
                    SELECT FROM editions.citation c
                    WHERE c.document = NEW.document AND c.citation = NEW.citation AND c.record_kind = 'action' AND c.known_to IS NULL
                      AND editions.agree(said, to_jsonb(c), 'id', 'edition', 'known_from', 'known_to', 'record_kind', 'record_key', 'inherited',
                                         'government', 'told_from')
                )
                ELSE editions.agree(said, (
                    SELECT citation FROM jsonb_array_elements(body -> 'citations') AS citation WHERE citation ->> 'key' = NEW.citation
                ))
            END;
        WHEN 'passage' THEN
            -- Letter for letter what the record says, under its own page or that of the recommendation that it bears on.
            body := editions.published(NEW.record_kind, NEW.record_key);
            agrees := CASE
                WHEN (NEW.kind, NEW.key) = (NEW.record_kind, NEW.record_key) THEN true
                WHEN NEW.kind = 'recommendation' AND NEW.record_kind = 'assessment' THEN body ->> 'recommendation' = NEW.key
                WHEN NEW.kind = 'recommendation' AND NEW.record_kind = 'action'
                    THEN body -> 'effects' @> jsonb_build_array(jsonb_build_object('recommendation', NEW.key, 'reasoning', NEW.text))
            END AND CASE
                WHEN NEW.part = 'government' THEN editions.is_called(body ->> 'government', NEW.text)
                ELSE jsonb_path_exists(body, '$.** ? (@ == $text)', jsonb_build_object('text', NEW.text))
            END;
        WHEN 'translation' THEN
            body := editions.published(NEW.record_kind, NEW.record_key);
            agrees := body IS NOT NULL AND NEW.outdated = (body ->> NEW.text IS DISTINCT FROM NEW.translates) AND editions.agree(said, (
                SELECT part FROM jsonb_array_elements(body -> 'translations') AS part
                WHERE part ->> 'text' = NEW.text AND part ->> 'language' = NEW.language
            ));
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
CREATE CONSTRAINT TRIGGER keeps_its_support AFTER INSERT ON editions.record DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.change = 'publish' AND NEW.kind IN ('assessment', 'action')) EXECUTE FUNCTION editions.keeps_its_support();
CREATE CONSTRAINT TRIGGER followed_by_another AFTER UPDATE ON editions.record DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.known_to IS DISTINCT FROM NEW.known_to) EXECUTE FUNCTION editions.followed_by_another();

DO $$
DECLARE reading text;
BEGIN
    FOREACH reading IN ARRAY ARRAY[
        'record', 'government', 'membership', 'document', 'recommendation', 'addressee', 'action', 'effect', 'assessment', 'citation', 'passage', 'translation'
    ]
    LOOP
        EXECUTE format('CREATE TRIGGER stamp BEFORE INSERT ON editions.%I FOR EACH ROW EXECUTE FUNCTION editions.stamp()', reading);
        EXECUTE format('CREATE TRIGGER close_once BEFORE UPDATE ON editions.%I FOR EACH ROW EXECUTE FUNCTION editions.close_once()', reading);
        EXECUTE format('CREATE TRIGGER refuse BEFORE DELETE ON editions.%I FOR EACH ROW EXECUTE FUNCTION editions.refuse()', reading);
        EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON editions.%I EXECUTE FUNCTION editions.refuse()', reading);
    END LOOP;
    FOREACH reading IN ARRAY ARRAY['document', 'recommendation', 'addressee', 'action', 'effect', 'assessment', 'citation', 'passage', 'translation']
    LOOP
        EXECUTE format('CREATE TRIGGER says_what_was_published BEFORE INSERT ON editions.%I FOR EACH ROW'
                       ' EXECUTE FUNCTION editions.says_what_was_published()', reading);
    END LOOP;
END $$;
