-- Releases: written once and whole, never changed, and without what is taken down or erased afterwards.
--
-- A transaction writes the files, then their rows, then the release: with the release nothing can be added any more. Each row names the published
-- rows whose words it has, so that what a takedown sets aside of them (withholding.sql) goes from the release in the same transaction. Its cells are
-- text in a column like any other, so that an erasure (blanking.sql) finds the words in them.

CREATE FUNCTION editions.begin_release_file() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- One release is written at a time.
    PERFORM pg_advisory_xact_lock(hashtext('editions.release'));
    PERFORM FROM editions.release WHERE name = NEW.release;
    IF FOUND THEN
        RAISE EXCEPTION 'Release % is made; nothing is added to it.', NEW.release USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.rows IS NULL AND NEW.sha256 <> encode(sha256(convert_to(NEW.text, 'UTF8')), 'hex') THEN
        RAISE EXCEPTION 'File % of release % has another hash than it says.', NEW.path, NEW.release USING ERRCODE = 'restrict_violation';
    END IF;
    NEW.written_in := pg_current_xact_id()::text::bigint;
    RETURN NEW;
END $$;

-- A line belongs to a file of this transaction whose release is not written yet, and comes from a row that is published now.
CREATE FUNCTION editions.begin_release_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_table text := split_part(NEW.made_from[1], ':', 1);
    stands boolean;
BEGIN
    PERFORM FROM editions.release_file AS f
        WHERE f.id = NEW.file AND f.rows IS NOT NULL AND f.written_in = pg_current_xact_id_if_assigned()::text::bigint
          AND cardinality(NEW.cells) = cardinality(f.columns) AND NOT EXISTS (SELECT FROM editions.release AS r WHERE r.name = f.release);
    IF NOT FOUND OR NEW.withheld_in <> '{}' THEN
        RAISE EXCEPTION 'Rows of a release are written with it only.' USING ERRCODE = 'restrict_violation';
    END IF;
    IF of_table = ANY (ARRAY[
        'record', 'government', 'document', 'recommendation', 'addressee', 'action', 'effect', 'assessment', 'citation'
    ]) THEN
        EXECUTE format('SELECT EXISTS (SELECT FROM editions.%I WHERE id = $1)', of_table)
            USING substring(NEW.made_from[1] FROM ':([0-9]{1,18})$')::bigint INTO stands;
    END IF;
    IF stands IS NOT TRUE THEN
        RAISE EXCEPTION 'A row of a release is made from a row that is published.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

-- Its number, when it was made, and whether it is whole: of the newest edition, every file of this transaction with as many rows as it says.
CREATE FUNCTION editions.sign_release() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE this bigint := pg_current_xact_id()::text::bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('editions.release'));
    NEW.number := coalesce((SELECT max(number) FROM editions.release), 0) + 1;
    NEW.released_at := clock_timestamp();
    NEW.written_in := this;
    IF NEW.edition IS DISTINCT FROM (SELECT max(number) FROM editions.site_edition)
        OR NEW.chain_head IS DISTINCT FROM (SELECT digest FROM editions.chain WHERE number = NEW.edition)
        OR NEW.as_of > (NEW.released_at AT TIME ZONE 'UTC')::date
    THEN
        RAISE EXCEPTION 'Release % is not of the newest edition of the site.', NEW.name USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM FROM editions.release_file AS f
        WHERE f.release = NEW.name AND f.written_in = this AND f.path = 'manifest.json' AND f.sha256 = NEW.manifest_hash;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Release % has no manifest of the hash that it says.', NEW.name USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM FROM editions.release_file AS f
        WHERE f.release = NEW.name AND (f.written_in <> this OR f.rows <> (SELECT count(*) FROM editions.release_line AS l WHERE l.file = f.id));
    IF FOUND THEN
        RAISE EXCEPTION 'A file of release % does not hold the rows that it says.', NEW.name USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

-- Nothing of a release is changed, but for words that are erased where the log says so, or taken down.
CREATE FUNCTION editions.keep_release() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF editions.being_erased() AND editions.erased_from_release(TG_TABLE_NAME, to_jsonb(OLD)) THEN
            RETURN NEW;
        END IF;
        IF TG_TABLE_NAME = 'release_line' AND editions.set_aside('release_line', to_jsonb(OLD))
            AND to_jsonb(NEW) - '{cells,withheld_in}'::text[] = to_jsonb(OLD) - '{cells,withheld_in}'::text[]
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'A release is never changed or removed.' USING ERRCODE = 'restrict_violation';
END $$;

-- Whether an erasure of this transaction names what is erased: the release, or its file.
CREATE FUNCTION editions.erased_from_release(of_table text, standing jsonb) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT CASE of_table
        WHEN 'release' THEN editions.erasure_names((standing ->> 'edition')::bigint, 'release', standing ->> 'name')
        ELSE (
            SELECT editions.erasure_names(r.edition, 'release', r.name || '/' || f.path)
            FROM editions.release_file AS f JOIN editions.release AS r ON r.name = f.release
            WHERE f.id = (standing ->> CASE of_table WHEN 'release_file' THEN 'id' ELSE 'file' END)::bigint
        )
    END
$$;

-- Of a published row of which words were set aside: the cells that say something else now, by column. A text stands as it is, names one after the other;
-- of anything else nothing is left. Nothing (NULL) where the row itself is gone.
CREATE FUNCTION editions.cells_left(of_table text, of_row bigint, said jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE stands jsonb;
BEGIN
    EXECUTE format('SELECT to_jsonb(t) FROM editions.%I AS t WHERE id = $1', of_table) USING of_row INTO stands;
    RETURN CASE WHEN stands IS NOT NULL THEN (
        SELECT coalesce(jsonb_object_agg(CASE name WHEN 'url' THEN 'document_url' ELSE name END, editions.harmless(CASE
            WHEN jsonb_typeof(now) = 'string' THEN now #>> '{}'
            WHEN name = 'claimed_by' THEN (SELECT coalesce(string_agg(who, '; ' ORDER BY place), '')
                FROM jsonb_array_elements_text(now) WITH ORDINALITY AS of_names (who, place))
            ELSE ''
        END)), '{}')
        FROM jsonb_each(stands) AS of_row (name, now) WHERE name = ANY (editions.words_of(of_table)) AND now IS DISTINCT FROM said -> name
    ) END;
END $$;

-- Of a line of a release: its cells with others in the place of those under some columns.
CREATE FUNCTION editions.with_cells(cells varchar[], columns varchar[], others jsonb) RETURNS varchar[] LANGUAGE sql IMMUTABLE AS $$
    SELECT array_agg(coalesce(others ->> columns[place], cell)::varchar ORDER BY place)
    FROM unnest(cells) WITH ORDINALITY AS of_line (cell, place)
$$;

-- Of a line of a verdict that names what is taken down: the cells without its key. The lists of an edition name only what can be read on its day, too.
CREATE FUNCTION editions.cells_without(cells varchar[], columns varchar[], taken editions.record) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE taken.kind
        WHEN 'action' THEN jsonb_build_object(
            'actions', array_to_string(array_remove(string_to_array(cells[array_position(columns, 'actions')], '; '), taken.key::text), '; ')
        )
        WHEN 'assessment' THEN jsonb_build_object('superseded_by', '')
    END
$$;

-- What a record that is taken down leaves of the releases: a line made from a row that was removed goes whole; a line made from one that lost words says
-- what that one says now, in the columns that say something else; where it has words of another one, those columns are emptied; and where a verdict
-- names it, the name goes. All of it is set aside first. A line in which nothing of this stands is not touched.
CREATE FUNCTION editions.withhold_from_releases(taken editions.record) RETURNS void LANGUAGE plpgsql AS $$
DECLARE line record;
BEGIN
    FOR line IN
        WITH lost AS (
            SELECT (w.of_table || ':' || w.row_id)::varchar AS name, editions.cells_left(w.of_table, w.row_id, w.said) AS left_of_it
            FROM (
                SELECT DISTINCT ON (of_table, row_id) of_table, row_id, said FROM editions.withheld
                WHERE edition = taken.edition AND kind = taken.kind AND key = taken.key AND of_table <> 'release_line'
                ORDER BY of_table, row_id, id
            ) AS w
        ), naming AS (
            SELECT ('assessment:' || a.id)::varchar AS name FROM editions.assessment AS a
            WHERE taken.kind = 'action' AND taken.key = ANY (a.actions) OR taken.kind = 'assessment' AND a.superseded_by = taken.key
        ), touched AS (
            SELECT l.id, l.cells, f.columns, own.name IS NOT NULL AND own.left_of_it IS NULL AS goes, coalesce(own.left_of_it, '{}')
                || CASE WHEN EXISTS (SELECT FROM lost WHERE name = ANY (l.made_from[2:]) AND name LIKE 'document:%')
                    THEN '{"parties": "", "replies": "", "positions": ""}' ELSE '{}'::jsonb END
                || CASE WHEN EXISTS (SELECT FROM lost WHERE name = ANY (l.made_from[2:]) AND name LIKE 'translation:%')
                    THEN '{"translations": ""}' ELSE '{}'::jsonb END
                || CASE WHEN naming.name IS NULL THEN '{}' ELSE editions.cells_without(l.cells, f.columns, taken) END AS others
            FROM editions.release_line AS l JOIN editions.release_file AS f ON f.id = l.file
                LEFT JOIN lost AS own ON own.name = l.made_from[1] LEFT JOIN naming ON naming.name = l.made_from[1]
            WHERE l.made_from && ARRAY(SELECT name FROM lost UNION SELECT name FROM naming) AND cardinality(l.cells) > 0
        )
        SELECT id, cells, CASE WHEN goes THEN '{}' ELSE editions.with_cells(cells, columns, others) END AS left_cells FROM touched ORDER BY id
    LOOP
        CONTINUE WHEN line.left_cells = line.cells;
        INSERT INTO editions.withheld (edition, kind, key, of_table, row_id, said)
            SELECT taken.edition, taken.kind, taken.key, 'release_line', l.id, to_jsonb(l) FROM editions.release_line AS l WHERE l.id = line.id;
        UPDATE editions.release_line SET cells = line.left_cells,
            withheld_in = array_remove(withheld_in, taken.edition) || taken.edition WHERE id = line.id;
    END LOOP;
END $$;

CREATE TRIGGER begin BEFORE INSERT ON editions.release_file FOR EACH ROW EXECUTE FUNCTION editions.begin_release_file();
CREATE TRIGGER begin BEFORE INSERT ON editions.release_line FOR EACH ROW EXECUTE FUNCTION editions.begin_release_line();
CREATE TRIGGER sign BEFORE INSERT ON editions.release FOR EACH ROW EXECUTE FUNCTION editions.sign_release();

DO $$
DECLARE kept text;
BEGIN
    FOREACH kept IN ARRAY ARRAY['release', 'release_file', 'release_line'] LOOP
        EXECUTE format('CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON editions.%I FOR EACH ROW EXECUTE FUNCTION editions.keep_release()', kept);
        EXECUTE format('CREATE TRIGGER keep_truncate BEFORE TRUNCATE ON editions.%I EXECUTE FUNCTION editions.keep_release()', kept);
    END LOOP;
END $$;
