-- What is taken down for legal reasons is read on no past day either.
--
-- When an edition that takes a record down is committed, every row that carries the record's words, of whatever edition, is set aside whole in
-- editions.withheld, which the public's role may not read, and taken from the tables that it may read, or left there without the words. What the
-- public's role has no right to read no page, file, feed or search can show. The leaves of the hash chain stay, and what they are made of is set
-- aside with the rest, so that tracker/editorial/verification.py still computes all of it. tracker/editions/grants.py gives the rights.
--
-- Words go; what past editions counted stays as they counted it: what stood for and against, and how soon the first action came.

-- Whether a row is set aside as it stands: nothing is taken from a published table but what is kept here, word for word.
CREATE FUNCTION editions.set_aside(wanted_table text, standing jsonb) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM editions.withheld WHERE of_table = wanted_table AND row_id = (standing ->> 'id')::bigint AND said = editions.of_its_own(standing)
    )
$$;

-- The columns of a published row that may lose their words, and nothing but words, when it is set aside.
CREATE FUNCTION editions.words_of(wanted_table text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE wanted_table
        WHEN 'record' THEN ARRAY['title', 'body']
        WHEN 'citation' THEN ARRAY[
            'document_title', 'locator', 'says', 'exact', 'prefix', 'suffix', 'publisher', 'author', 'published_on', 'published_year', 'url', 'stake',
            'snapshot'
        ]
        WHEN 'recommendation' THEN ARRAY['claimed_by']
        WHEN 'action' THEN ARRAY['parties', 'replies', 'claimed_by']
        WHEN 'effect' THEN ARRAY['claimed_by']
        WHEN 'addressee' THEN ARRAY['replies', 'claimed_by']
        WHEN 'assessment' THEN ARRAY['positions', 'replies', 'claimed_by']
        ELSE '{}'
    END
$$;

-- A value without the words of the citations of a document: their keys, stances and the document's key stay.
CREATE FUNCTION editions.unquoted(value jsonb, wanted_document text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    CASE jsonb_typeof(value)
        WHEN 'object' THEN
            IF value ->> 'document' = wanted_document AND value ? 'stance' THEN
                RETURN (SELECT jsonb_object_agg(name, CASE
                            WHEN name = ANY (ARRAY['locator', 'says', 'exact', 'prefix', 'suffix']) AND part <> 'null' THEN '""' ELSE part
                        END) FROM jsonb_each(value) AS of_value (name, part));
            END IF;
            RETURN (SELECT coalesce(jsonb_object_agg(name, editions.unquoted(part, wanted_document)), '{}')
                    FROM jsonb_each(value) AS of_value (name, part));
        WHEN 'array' THEN
            RETURN (SELECT coalesce(jsonb_agg(editions.unquoted(part, wanted_document) ORDER BY place), '[]')
                    FROM jsonb_array_elements(value) WITH ORDINALITY AS of_value (part, place));
        ELSE
            RETURN value;
    END CASE;
END $$;

-- Every title under which a document was published.
CREATE FUNCTION editions.titles_of(wanted_document text) RETURNS varchar[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(DISTINCT (body ->> 'title')::varchar), '{}') FROM editions.record
    WHERE kind = 'document' AND key = wanted_document AND body ? 'title'
$$;

-- A list of names in which another stands for these.
CREATE FUNCTION editions.renamed(names varchar[], these varchar[], other text) RETURNS varchar[] LANGUAGE sql IMMUTABLE AS $$
    SELECT array_agg(CASE WHEN name = ANY (these) THEN other::varchar ELSE name END ORDER BY place)
    FROM unnest(names) WITH ORDINALITY AS of_list (name, place)
$$;

-- Set rows aside, then take them from the table (statement: DELETE FROM or UPDATE ... of the rows that the condition names).
CREATE FUNCTION editions.withhold_rows(taken editions.record, wanted_table text, statement text, condition text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'INSERT INTO editions.withheld (edition, kind, key, of_table, row_id, said)'
        ' SELECT $1, $2, $3, %L, t.id, editions.of_its_own(to_jsonb(t)) FROM editions.%I AS t WHERE %s ORDER BY t.id',
        wanted_table, wanted_table, condition
    ) USING taken.edition, taken.kind, taken.key;
    EXECUTE format(statement || ' WHERE %s', condition) USING taken.edition, taken.kind, taken.key;
END $$;

CREATE FUNCTION editions.withhold() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    records text := 't.kind = $2 AND t.key = $3';
    nested text;
    claimed text;
BEGIN
    CASE NEW.kind
        WHEN 'document' THEN
            PERFORM editions.withhold_rows(NEW, 'document', 'DELETE FROM editions.document AS t', 't.key = $3');
            PERFORM editions.withhold_rows(
                NEW, 'passage', 'DELETE FROM editions.passage AS t', 't.kind = ''document'' AND t.key = $3 OR t.document = $3'
            );
            -- Where others cite it, the citation's key and stance stay with them.
            PERFORM editions.withhold_rows(
                NEW, 'citation',
                'UPDATE editions.citation AS t SET document_title = '''', locator = '''', says = '''', exact = '''', prefix = '''', suffix = '''','
                ' publisher = '''', author = '''', published_on = NULL, published_year = NULL, url = '''','
                ' stake = '''', snapshot = NULL',
                't.document = $3'
            );
            FOREACH nested IN ARRAY ARRAY['record.body', 'action.parties', 'action.replies', 'addressee.replies', 'assessment.positions', 'assessment.replies']
            LOOP
                PERFORM editions.withhold_rows(
                    NEW, split_part(nested, '.', 1),
                    format('UPDATE editions.%1$I AS t SET %2$I = editions.unquoted(t.%2$I, $3)', split_part(nested, '.', 1), split_part(nested, '.', 2)),
                    format('editions.unquoted(t.%1$I, $3) <> t.%1$I', split_part(nested, '.', 2))
                );
            END LOOP;
            -- A source without publisher and author is named by its title where it alone is to be believed; its key names it now.
            FOREACH claimed IN ARRAY ARRAY['recommendation', 'action', 'effect', 'addressee', 'assessment']
            LOOP
                PERFORM editions.withhold_rows(
                    NEW, claimed,
                    format('UPDATE editions.%I AS t SET claimed_by = editions.renamed(t.claimed_by, editions.titles_of($3), $3)', claimed),
                    't.claimed_by && editions.titles_of($3)'
                );
            END LOOP;
        WHEN 'recommendation' THEN
            records := records || ' OR t.kind = ''assessment'' AND t.body ->> ''recommendation'' = $3';
            PERFORM editions.withhold_rows(
                NEW, 'citation', 'DELETE FROM editions.citation AS t',
                't.record_kind = ''recommendation'' AND t.record_key = $3 OR t.record_kind = ''assessment'' AND t.record_key IN'
                ' (SELECT a.key FROM editions.assessment AS a WHERE a.recommendation = $3)'
            );
            PERFORM editions.withhold_rows(
                NEW, 'passage', 'DELETE FROM editions.passage AS t', 't.kind = ''recommendation'' AND t.key = $3'
            );
            PERFORM editions.withhold_rows(NEW, 'assessment', 'DELETE FROM editions.assessment AS t', 't.recommendation = $3');
            PERFORM editions.withhold_rows(NEW, 'effect', 'DELETE FROM editions.effect AS t', 't.recommendation = $3');
            PERFORM editions.withhold_rows(NEW, 'addressee', 'DELETE FROM editions.addressee AS t', 't.recommendation = $3');
            PERFORM editions.withhold_rows(NEW, 'recommendation', 'DELETE FROM editions.recommendation AS t', 't.reference = $3');
        WHEN 'action' THEN
            -- What disputes it stands with the verdicts that rested on it, too.
            PERFORM editions.withhold_rows(
                NEW, 'citation', 'DELETE FROM editions.citation AS t',
                't.record_kind = ''action'' AND t.record_key = $3 OR t.record_kind = ''assessment'' AND t.inherited AND t.citation IN'
                ' (SELECT used.citation FROM editions.record AS r, editions.bearing_on(r.body) AS used WHERE r.kind = $2 AND r.key = $3)'
                -- What another action that is public says too, stays.
                ' AND NOT EXISTS (SELECT FROM editions.record AS o, editions.bearing_on(o.body) AS said WHERE o.kind = $2 AND o.key <> $3'
                ' AND o.known_to IS NULL AND o.change = ''publish'' AND said.citation = t.citation)'
            );
            PERFORM editions.withhold_rows(
                NEW, 'passage', 'DELETE FROM editions.passage AS t',
                't.kind = ''action'' AND t.key = $3 OR t.record_kind = ''action'' AND t.record_key = $3'
            );
            PERFORM editions.withhold_rows(NEW, 'effect', 'DELETE FROM editions.effect AS t', 't.action = $3');
            PERFORM editions.withhold_rows(NEW, 'action', 'DELETE FROM editions.action AS t', 't.key = $3');
        WHEN 'assessment' THEN
            PERFORM editions.withhold_rows(
                NEW, 'citation', 'DELETE FROM editions.citation AS t', 't.record_kind = ''assessment'' AND t.record_key = $3'
            );
            PERFORM editions.withhold_rows(
                NEW, 'passage', 'DELETE FROM editions.passage AS t', 't.record_kind = ''assessment'' AND t.record_key = $3'
            );
            PERFORM editions.withhold_rows(NEW, 'addressee', 'DELETE FROM editions.addressee AS t', 't.assessment = $3');
            PERFORM editions.withhold_rows(NEW, 'assessment', 'DELETE FROM editions.assessment AS t', 't.key = $3');
    END CASE;
    PERFORM editions.withhold_rows(
        NEW, 'translation', 'DELETE FROM editions.translation AS t',
        't.record_kind = $2 AND t.record_key = $3 OR $2 = ''recommendation'' AND t.record_kind = ''assessment'' AND t.record_key IN'
        ' (SELECT r.key FROM editions.record AS r WHERE r.kind = ''assessment'' AND r.body ->> ''recommendation'' = $3)'
    );
    -- That a verdict was one, and of what, is no wording of it.
    PERFORM editions.withhold_rows(
        NEW, 'record',
        'UPDATE editions.record AS t SET title = t.key, body = CASE t.kind WHEN ''assessment'' THEN jsonb_build_object('
        '''recommendation'', t.body -> ''recommendation'', ''government'', t.body -> ''government'') ELSE ''{}'' END',
        records
    );
    PERFORM editions.withhold_from_releases(NEW);
    RETURN NULL;
END $$;

-- What is set aside is written by a takedown alone, in the edition that takes down, and changed by an erasure alone.
CREATE FUNCTION editions.only_what_is_taken_down() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE edition editions.site_edition := editions.being_written();
BEGIN
    PERFORM FROM editions.record AS r
        WHERE r.edition = edition.number AND r.edition = NEW.edition AND r.change = 'take_down' AND r.kind = NEW.kind AND r.key = NEW.key;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Only what is taken down is set aside.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION editions.keep_aside() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND editions.being_erased() THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'What is set aside is never changed or removed.' USING ERRCODE = 'restrict_violation';
END $$;

-- What was taken down, and of which recommendation the verdicts among it were.
CREATE INDEX record_taken_down ON editions.record ((body -> 'recommendation')) WHERE nature = 'taken_down';

CREATE CONSTRAINT TRIGGER withhold AFTER INSERT ON editions.record DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.change = 'take_down') EXECUTE FUNCTION editions.withhold();
CREATE TRIGGER only_what_is_taken_down BEFORE INSERT ON editions.withheld FOR EACH ROW EXECUTE FUNCTION editions.only_what_is_taken_down();
CREATE TRIGGER keep_aside BEFORE UPDATE OR DELETE ON editions.withheld FOR EACH ROW EXECUTE FUNCTION editions.keep_aside();
CREATE TRIGGER keep_aside_truncate BEFORE TRUNCATE ON editions.withheld EXECUTE FUNCTION editions.keep_aside();
