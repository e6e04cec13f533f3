-- How a person's words are blanked. The eraser's role changes no table itself: it calls these, which replace words by a mark and can write no others, in
-- a transaction that has logged why and from which published records (sign_erasure in chain.sql).

-- Whether an erasure of this transaction names a published record, or an edition of the site. A key that held the words is logged as it is left.
CREATE FUNCTION editions.erasure_names(wanted_edition bigint, wanted_kind text, wanted_key text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM editions.erasure e, jsonb_array_elements(e.records) AS record
        WHERE e.written_in = pg_current_xact_id_if_assigned()::text::bigint AND e.erased_at >= transaction_timestamp()
          AND (record ->> 'edition')::bigint = wanted_edition AND record ->> 'kind' = wanted_kind
          AND (record ->> 'key' = wanted_key OR record ->> 'key' LIKE '%[erased]%')
    )
$$;

-- A value with the words in its texts replaced: what it consists of stays.
CREATE FUNCTION editions.blanked(value jsonb, pattern text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    CASE jsonb_typeof(value)
        WHEN 'object' THEN
            RETURN (SELECT coalesce(jsonb_object_agg(name, editions.blanked(part, pattern)), '{}') FROM jsonb_each(value) AS of_value (name, part));
        WHEN 'array' THEN
            RETURN (SELECT coalesce(jsonb_agg(editions.blanked(part, pattern) ORDER BY place), '[]')
                    FROM jsonb_array_elements(value) WITH ORDINALITY AS of_value (part, place));
        WHEN 'string' THEN
            RETURN to_jsonb(regexp_replace(value #>> '{}', pattern, '[erased]', 'g'));
        ELSE
            RETURN value;
    END CASE;
END $$;

CREATE FUNCTION editions.blanked(value varchar[], pattern text) RETURNS varchar[] LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT coalesce(array_agg(regexp_replace(item, pattern, '[erased]', 'g')::varchar ORDER BY place), '{}')
    FROM unnest(value) WITH ORDINALITY AS of_list (item, place)
$$;

CREATE FUNCTION editions.blanked(value text, pattern text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT regexp_replace(value, pattern, '[erased]', 'g')
$$;

-- A body in canonical JSON, and its hash: content_hash of tracker/editorial/freeze.py says the same, and a test holds both equal.
CREATE FUNCTION editions.canonical(value jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    CASE jsonb_typeof(value)
        WHEN 'object' THEN
            RETURN (SELECT '{' || coalesce(string_agg(to_json(name)::text || ':' || editions.canonical(part), ',' ORDER BY name COLLATE "C"), '') || '}'
                    FROM jsonb_each(value) AS of_value (name, part));
        WHEN 'array' THEN
            RETURN (SELECT '[' || coalesce(string_agg(editions.canonical(part), ',' ORDER BY place), '') || ']'
                    FROM jsonb_array_elements(value) WITH ORDINALITY AS of_value (part, place));
        ELSE
            RETURN value::text;
    END CASE;
END $$;

CREATE FUNCTION editions.content_hash(body jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT encode(sha256(convert_to(editions.canonical(body), 'UTF8')), 'hex')
$$;

-- Blank the words in a column that holds words (editions.words_kept, which tracker/editions/grants.py says). Gives the number of rows.
CREATE FUNCTION editions.blank_words(wanted_schema text, wanted_table text, wanted_column text, pattern text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE rows bigint;
BEGIN
    IF NOT editions.being_erased() THEN
        RAISE EXCEPTION 'Words are blanked by an erasure that is on record only.' USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM FROM editions.words_kept() AS kept WHERE (kept.of_schema, kept.of_table, kept.of_column) = (wanted_schema, wanted_table, wanted_column);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Column %.%.% holds no words to be erased.', wanted_schema, wanted_table, wanted_column USING ERRCODE = 'restrict_violation';
    END IF;
    EXECUTE format(
        'UPDATE %1$I.%2$I SET %3$I = editions.blanked(%3$I, $1) WHERE editions.blanked(%3$I, $1) IS DISTINCT FROM %3$I',
        wanted_schema, wanted_table, wanted_column
    ) USING pattern;
    GET DIAGNOSTICS rows = ROW_COUNT;
    RETURN rows;
END $$;

-- What was published of a record at an instant, with the words of what was taken down since.
CREATE FUNCTION editions.body_at(wanted_kind text, wanted_key text, instant timestamptz) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT said -> 'body' FROM editions.withheld WHERE of_table = 'record' AND row_id = r.id ORDER BY id LIMIT 1), r.body)
    FROM editions.record AS r
    WHERE r.kind = wanted_kind AND r.key = wanted_key AND r.known_from <= instant AND (r.known_to IS NULL OR r.known_to > instant)
$$;

-- What was blanked gets the hash of what it says now and loses its salt; so do the versions that it was published from.
CREATE FUNCTION editions.hash_again() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT editions.being_erased() THEN
        RAISE EXCEPTION 'Words are blanked by an erasure that is on record only.' USING ERRCODE = 'restrict_violation';
    END IF;
    UPDATE editions.record AS r SET salt = NULL, content_hash = editions.content_hash(coalesce(
        -- What was taken down has its words, and its hash, from what is set aside.
        (SELECT said -> 'body' FROM editions.withheld WHERE of_table = 'record' AND row_id = r.id ORDER BY id LIMIT 1), r.body
    )) WHERE editions.erasure_names(edition, kind, key);
    UPDATE editions.site_edition SET salt = NULL WHERE editions.erasure_names(number, 'edition', '');
    UPDATE tracker_version SET content_hash = editions.content_hash(body)
        WHERE body::text LIKE '%[erased]%' AND content_hash <> editions.content_hash(body);
    -- A translation whose original differed by what was blanked alone is one of today's wording again.
    UPDATE editions.translation AS t
        SET outdated = editions.body_at(t.record_kind, t.record_key, t.known_from) ->> t.text IS DISTINCT FROM t.translates
        WHERE t.translates LIKE '%[erased]%';
    UPDATE editions.withheld AS w SET said = jsonb_set(said, '{outdated}', to_jsonb(
            editions.body_at(said ->> 'record_kind', said ->> 'record_key', (said ->> 'known_from')::timestamptz) ->> (said ->> 'text')
            IS DISTINCT FROM said ->> 'translates'
        )) WHERE w.of_table = 'translation' AND said ->> 'translates' LIKE '%[erased]%';
END $$;
