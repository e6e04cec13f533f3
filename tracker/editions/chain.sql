-- The hash chain over publications.
--
-- Each published record, and each edition itself, gets a leaf: SHA-256 over a secret salt of its own and everything that it says. Each edition gets
-- a link: SHA-256 over the link before it and its leaves. Whoever keeps the newest link (the head, which is published) can show later that nothing
-- before it was rewritten. Erasing a person's data blanks words and the salt; the leaf stays, so that the chain stays verifiable while nothing can be
-- guessed from it. tracker/editorial/verification.py recomputes all of it outside the database.

-- SHA-256 over the SHA-256 of each part, in order; as 64 hexadecimal digits. Nothing counts as empty text.
CREATE FUNCTION editions.digest(VARIADIC parts text[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT encode(sha256(string_agg(sha256(convert_to(coalesce(part, ''), 'UTF8')), ''::bytea ORDER BY place)), 'hex')
    FROM unnest(parts) WITH ORDINALITY AS of_parts (part, place)
$$;

-- An instant as the leaves write it.
CREATE FUNCTION editions.written(instant timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT to_char(instant AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;

-- What an edition does to what was public before: tracker/rules/nature.py says the same.
CREATE FUNCTION editions.said(value jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    CASE jsonb_typeof(value)
        WHEN 'object' THEN
            RETURN (SELECT coalesce(jsonb_object_agg(name, editions.said(part)), '{}') FROM jsonb_each(value) AS of_value (name, part)
                    WHERE part <> 'null' AND part <> '""');
        WHEN 'array' THEN
            RETURN (SELECT coalesce(jsonb_agg(editions.said(part)), '[]') FROM jsonb_array_elements(value) AS part
                    WHERE part <> 'null' AND part <> '""');
        ELSE
            RETURN value;
    END CASE;
END $$;

CREATE FUNCTION editions.nature(before jsonb, after jsonb, withdrawn boolean, forwards_to text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF withdrawn THEN
        RETURN CASE WHEN forwards_to = '' THEN 'withdrawn' ELSE 'merged' END;
    ELSIF before IS NULL THEN
        RETURN 'first';
    END IF;
    -- A status without a date holds from the recommendation's: to date it changes what was said of the past.
    IF before ? 'effective_on' AND before -> 'effective_on' <> coalesce(after -> 'effective_on', 'null') THEN
        RETURN 'corrected';
    END IF;
    -- Do new rows of the ledger, each with who moved it, lead from the deadline before to the one that holds now?
    PERFORM FROM (
        WITH RECURSIVE new (move) AS (
            SELECT move FROM jsonb_array_elements(coalesce(after -> 'deadline_moves', '[]')) AS move
            WHERE move ->> 'moved_by' <> '' AND move <> ALL (ARRAY(SELECT jsonb_array_elements(coalesce(before -> 'deadline_moves', '[]'))))
        ), reached (due_on) AS (
            SELECT coalesce(before -> 'due_on', 'null') UNION SELECT move -> 'after' FROM reached JOIN new ON move -> 'before' = due_on
        )
        SELECT due_on FROM reached
    ) AS led WHERE due_on = coalesce(after -> 'due_on', 'null');
    IF FOUND THEN
        before := before - 'due_on';
    END IF;
    RETURN CASE WHEN after @> editions.said(before) THEN 'added_to' ELSE 'corrected' END;
END $$;

CREATE FUNCTION editions.seal_record() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE before jsonb := (
    -- What was taken down said what is set aside.
    SELECT coalesce((SELECT said -> 'body' FROM editions.withheld WHERE of_table = 'record' AND row_id = r.id ORDER BY id LIMIT 1), r.body)
    FROM editions.record AS r WHERE kind = NEW.kind AND key = NEW.key ORDER BY edition DESC LIMIT 1
);
BEGIN
    NEW.nature := CASE NEW.change
        WHEN 'take_down' THEN 'taken_down' ELSE editions.nature(before, NEW.body, NEW.change = 'withdraw', NEW.forwards_to)
    END;
    NEW.salt := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
    NEW.leaf := editions.digest(
        NEW.salt, NEW.edition::text, NEW.kind, NEW.key, NEW.title, NEW.change, NEW.nature, NEW.forwards_to, NEW.reason, NEW.recorded_by, NEW.approved_by,
        NEW.published_by, NEW.provenance, NEW.content_hash
    );
    RETURN NEW;
END $$;

CREATE FUNCTION editions.seal_site_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.salt := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
    NEW.leaf := editions.digest(NEW.salt, NEW.number::text, editions.written(NEW.published_at), NEW.published_by, NEW.reason, NEW.records::text);
    RETURN NEW;
END $$;

-- When an edition is committed its link is forged, by the owner of the tables: the desk itself may not write one.
CREATE FUNCTION editions.forge_link() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    previous text := coalesce((SELECT digest FROM editions.chain ORDER BY number DESC LIMIT 1), '');
    leaves text[] := (SELECT array_agg(leaf ORDER BY kind COLLATE "C", key COLLATE "C") FROM editions.record WHERE edition = NEW.number);
BEGIN
    INSERT INTO editions.chain (number, previous, digest)
    VALUES (NEW.number, previous, editions.digest(VARIADIC ARRAY[previous, NEW.leaf] || leaves));
    RETURN NULL;
END $$;

CREATE TRIGGER then_sealed BEFORE INSERT ON editions.record FOR EACH ROW EXECUTE FUNCTION editions.seal_record();
CREATE TRIGGER then_sealed BEFORE INSERT ON editions.site_edition FOR EACH ROW EXECUTE FUNCTION editions.seal_site_edition();
CREATE CONSTRAINT TRIGGER forge_link AFTER INSERT ON editions.site_edition DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION editions.forge_link();
CREATE TRIGGER refuse BEFORE UPDATE OR DELETE ON editions.chain FOR EACH ROW EXECUTE FUNCTION editions.refuse();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON editions.chain EXECUTE FUNCTION editions.refuse();

-- The log of erasures: written by the eraser's role alone, and never changed.
CREATE FUNCTION editions.sign_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.erased_at := clock_timestamp();
    NEW.written_in := pg_current_xact_id()::text::bigint;
    RETURN NEW;
END $$;

CREATE FUNCTION editions.refuse_always() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The log of erasures is never changed.' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER sign BEFORE INSERT ON editions.erasure FOR EACH ROW EXECUTE FUNCTION editions.sign_erasure();
CREATE TRIGGER refuse BEFORE UPDATE OR DELETE ON editions.erasure FOR EACH ROW EXECUTE FUNCTION editions.refuse_always();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON editions.erasure EXECUTE FUNCTION editions.refuse_always();
