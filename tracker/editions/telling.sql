-- What of a published row may be told on a day, as pages and files have it, and how a list of parts reads in one cell. A row is published whole, so
-- that one edition serves every day; what came later is taken off here. tracker/public/as_of.py says which columns of which table are told so, and
-- tests/public/test_told.py holds all of it equal to a plain reading of the rows.

-- Whether a date lies for certain no later than a day; what is undated has.
CREATE FUNCTION editions.had_come(written text, day date) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(editions.partial_date_last(nullif(written, '')) <= day, true)
$$;

-- Whether the site said a row at an instant; with no instant, whether it says it now.
CREATE FUNCTION editions.was_said(known_from timestamptz, known_to timestamptz, instant timestamptz) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN instant IS NULL THEN known_to IS NULL ELSE known_from <= instant AND (known_to IS NULL OR known_to > instant) END
$$;

-- Those parts of a list that had come by a day, by the date under a name.
CREATE FUNCTION editions.come(parts jsonb, dated text, day date) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(jsonb_agg(part ORDER BY place), '[]')
    FROM jsonb_array_elements(parts) WITH ORDINALITY AS of_list (part, place)
    WHERE editions.had_come(part ->> dated, day)
$$;

-- The documents that a part cites, in the order of its citations, as they were said at an instant.
CREATE FUNCTION editions.cited(part jsonb, instant timestamptz, OUT place bigint, OUT citation jsonb, OUT document editions.document) RETURNS SETOF record
LANGUAGE sql STABLE PARALLEL SAFE ROWS 2 AS $$
    SELECT use.place, use.citation, d
    FROM jsonb_array_elements(part -> 'citations') WITH ORDINALITY AS use (citation, place)
    JOIN editions.document AS d ON d.key = use.citation ->> 'document' AND editions.was_said(d.known_from, d.known_to, instant)
$$;

-- Parts with where each can be read. Of each document that it cites: key, title, publisher, locator and address, how its publisher is placed, and which
-- way it speaks.
CREATE FUNCTION editions.with_sources(parts jsonb, instant timestamptz) RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(jsonb_agg(part || jsonb_build_object('sources', (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'document', (document).key, 'title', (document).title, 'publisher', coalesce(nullif((document).publisher, ''), (document).author),
            'locator', citation -> 'locator', 'document_url', (document).url, 'interest', (document).interest, 'stance', citation -> 'stance'
        ) ORDER BY of_citation.place), '[]')
        FROM editions.cited(part, instant) AS of_citation
    )) ORDER BY place), '[]')
    FROM jsonb_array_elements(parts) WITH ORDINALITY AS of_list (part, place)
$$;

-- Whom to attribute what a part says to, where advocacy alone supports it: tracker.rules.evidence.claimed_by. A document's name is that of whoever put it
-- out, or wrote it where it is an opinion: tracker.editions.projection.source_name.
CREATE FUNCTION editions.claimed_by(part jsonb, instant timestamptz) RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN bool_and(interest = 'advocacy') THEN (
        SELECT jsonb_agg(name ORDER BY first_place) FROM (SELECT name, min(place) AS first_place FROM unnest(array_agg(source), array_agg(of_source.place))
            AS named (name, place) GROUP BY name) AS each_once
    ) ELSE '[]' END
    FROM (
        SELECT place, (document).interest, CASE WHEN (document).kind = 'opinion'
            THEN coalesce(nullif((document).author, ''), nullif((document).publisher, ''), (document).title)
            ELSE coalesce(nullif((document).publisher, ''), nullif((document).author, ''), (document).title) END AS source
        FROM editions.cited(part, instant) WHERE citation ->> 'stance' = 'supports'
    ) AS of_source
$$;

-- Parties with what must stand beside a legal status: what it reads, which says no more than was shown, and who says so within that; whom to attribute it
-- to; where it is said and where it is disputed. "wordings" are the words of tracker.rules.attribution: by the legal status and by whether a judgment is
-- cited ("true", "false") what comes before the name and what comes after it; under "prefix" how a name may begin that goes without it.
CREATE FUNCTION editions.with_basis(parties jsonb, instant timestamptz, wordings jsonb) RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(jsonb_agg(party || jsonb_build_object(
        'reads', (wording ->> 0) || who || (wording ->> 1), 'who', who, 'claimed_by', editions.claimed_by(party, instant)
    ) ORDER BY place), '[]')
    FROM jsonb_array_elements(editions.with_sources(parties, instant)) WITH ORDINALITY AS of_list (party, place)
    CROSS JOIN LATERAL (SELECT regexp_replace(party ->> 'said_by', '^' || (wordings ->> 'prefix'), '') AS who) AS named
    CROSS JOIN LATERAL (SELECT EXISTS (
        SELECT FROM editions.cited(party, instant) WHERE citation ->> 'stance' = 'supports' AND (document).kind = 'judgment'
    ) AS has_judgment) AS shown
    CROSS JOIN LATERAL (SELECT wordings -> (party ->> 'standing') -> has_judgment::text AS wording) AS said
$$;

-- The citations of legal statuses of later days that none of the day has: their keys.
CREATE FUNCTION editions.held_back(parties jsonb, day date) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(jsonb_agg(key ORDER BY key), '[]') FROM (
        SELECT citation ->> 'key' AS key FROM jsonb_array_elements(parties) AS party CROSS JOIN jsonb_array_elements(party -> 'citations') AS citation
        GROUP BY 1 HAVING NOT bool_or(editions.had_come(party ->> 'on', day))
    ) AS later
$$;

-- The deadline that held on a day, by the one that holds after all moves: tracker.rules.deadlines.holding_on.
CREATE FUNCTION editions.deadline_on(now_due text, moves jsonb, day date) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN count(*) = 0 THEN now_due ELSE (array_agg(move ->> 'before' ORDER BY moved_last, move ->> 'moved_on' COLLATE "C", place))[1] END
    FROM jsonb_array_elements(moves) WITH ORDINALITY AS of_list (move, place)
    CROSS JOIN LATERAL (SELECT editions.partial_date_last(move ->> 'moved_on') AS moved_last) AS dated
    WHERE move ->> 'moved_by' <> '' AND moved_last > day
$$;

-- When the search was made that holds longest, of those on record: tracker.rules.searches.latest.
CREATE FUNCTION editions.latest_search(searches jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT search ->> 'searched_on' FROM jsonb_array_elements(searches) AS search
    ORDER BY editions.search_due_on(search ->> 'searched_on') DESC, search ->> 'searched_on' COLLATE "C" DESC LIMIT 1
$$;

-- The texts of a record in other languages, as they were said at an instant.
CREATE FUNCTION editions.translations_of(wanted_kind text, wanted_key text, instant timestamptz) RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(jsonb_agg(to_jsonb(t) ORDER BY text COLLATE "C", language COLLATE "C", id), '[]') FROM editions.translation AS t
    WHERE record_kind = wanted_kind AND record_key = wanted_key AND editions.was_said(known_from, known_to, instant)
$$;

-- Those keys of actions that a day knows, in their order.
CREATE FUNCTION editions.actions_by(keys varchar[], day date, instant timestamptz) RETURNS varchar[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(wanted ORDER BY place), '{}') FROM unnest(keys) WITH ORDINALITY AS of_list (wanted, place)
    WHERE EXISTS (SELECT FROM editions.action AS a WHERE a.key = wanted AND a.last_day <= day AND editions.was_said(a.known_from, a.known_to, instant))
$$;

-- The key of an assessment if it was in effect on a day.
CREATE FUNCTION editions.assessment_by(wanted text, day date, instant timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT a.key FROM editions.assessment AS a
    WHERE a.key = wanted AND a.effective_day <= day AND editions.was_said(a.known_from, a.known_to, instant) LIMIT 1
$$;

-- The published rows whose words a row has, as table:id: its own, those of the documents that its parts cite, and those of its translations.
CREATE FUNCTION editions.made_from(own text, parts jsonb, translations jsonb, instant timestamptz) RETURNS varchar[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT own::varchar
        || ARRAY(SELECT DISTINCT ('document:' || (document).id)::varchar COLLATE "C" AS name
            FROM jsonb_array_elements(parts) AS part CROSS JOIN LATERAL editions.cited(part, instant) ORDER BY name)
        || ARRAY(SELECT ('translation:' || (each ->> 'id'))::varchar FROM jsonb_array_elements(translations) AS each ORDER BY (each ->> 'id')::bigint)
$$;

-- --- How they read ----------------------------------------------------------------------------------------------------------------

-- Parts with these of their values alone, in this order; empty what was not asked for when they were published.
CREATE FUNCTION editions.parts(parts jsonb, VARIADIC names text[]) RETURNS json LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(json_agg(picked ORDER BY place), '[]')
    FROM jsonb_array_elements(parts) WITH ORDINALITY AS of_list (part, place)
    CROSS JOIN LATERAL (
        SELECT json_object_agg(name, coalesce(part -> name, '""') ORDER BY name_place) AS picked
        FROM unnest(names) WITH ORDINALITY AS of_names (name, name_place)
    ) AS each
$$;

CREATE FUNCTION editions.source_in_words(source jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT concat_ws(', ', nullif(source ->> 'publisher', ''), nullif(source ->> 'title', ''), nullif(source ->> 'locator', ''))
$$;

CREATE FUNCTION editions.events_in_words(events jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(string_agg(concat(event ->> 'kind', ' ', event ->> 'on', ' [' || nullif(event ->> 'note', '') || ']'), '; ' ORDER BY place), '')
    FROM jsonb_array_elements(events) WITH ORDINALITY AS of_list (event, place)
$$;

-- Who, with what legal status, according to whom, when and where, and where that is disputed, in one breath.
CREATE FUNCTION editions.parties_in_words(parties jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(string_agg(concat(
        party ->> 'name',
        ' (' || nullif(concat_ws(', ', 'Wikidata ' || nullif(party ->> 'wikidata', ''), 'OpenSanctions ' || nullif(party ->> 'opensanctions', '')), '') || ')',
        ': ', party ->> 'reads', ', ', party ->> 'on', ' [' || nullif(party ->> 'wording', '') || ']',
        (SELECT ', claimed by ' || string_agg(name, '; ' ORDER BY name_place)
            FROM jsonb_array_elements_text(party -> 'claimed_by') WITH ORDINALITY AS of_names (name, name_place)),
        (SELECT string_agg(
            concat(' [', source ->> 'stance', ', ', source ->> 'interest', ': ', editions.source_in_words(source), ']'), '' ORDER BY source_place
        ) FROM jsonb_array_elements(party -> 'sources') WITH ORDINALITY AS of_sources (source, source_place))
    ), '; ' ORDER BY place), '')
    FROM jsonb_array_elements(parties) WITH ORDINALITY AS of_list (party, place)
$$;

-- Who replied when, letter for letter, and where it can be read.
CREATE FUNCTION editions.replies_in_words(replies jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(string_agg(concat(
        reply ->> 'said_by', ', ', reply ->> 'on', ': “', reply ->> 'words', '”',
        (SELECT string_agg(' [' || editions.source_in_words(source) || ']', '' ORDER BY source_place)
            FROM jsonb_array_elements(reply -> 'sources') WITH ORDINALITY AS of_sources (source, source_place))
    ), '; ' ORDER BY place), '')
    FROM jsonb_array_elements(replies) WITH ORDINALITY AS of_list (reply, place)
$$;

CREATE FUNCTION editions.positions_in_words(positions jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(string_agg(concat(
        position ->> 'answer', ' ', position ->> 'on', ', ', position ->> 'said_by', ': ' || nullif(position ->> 'statement', '')
    ), '; ' ORDER BY place), '')
    FROM jsonb_array_elements(positions) WITH ORDINALITY AS of_list (position, place)
$$;

CREATE FUNCTION editions.searches_in_words(searches jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(string_agg(concat(
        search ->> 'searched_on', ', ', search ->> 'searched_by', ': ', search ->> 'where', ' (', search ->> 'languages', '); looked for: ',
        search ->> 'looked_for', '; found: ', search ->> 'found', '; cannot show: ', search ->> 'limits'
    ), '; ' ORDER BY place), '')
    FROM jsonb_array_elements(searches) WITH ORDINALITY AS of_list (search, place)
$$;

CREATE FUNCTION editions.moves_in_words(moves jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(string_agg(concat(
        move ->> 'before', ' to ', coalesce(nullif(move ->> 'after', ''), 'none'), ' on ', move ->> 'moved_on', ', by ',
        coalesce(nullif(move ->> 'moved_by', ''), 'us, as our record was wrong'), ': ', move ->> 'reason'
    ), '; ' ORDER BY place), '')
    FROM jsonb_array_elements(moves) WITH ORDINALITY AS of_list (move, place)
$$;

-- Which text in which language, the words, whose translation of what kind, and whether it is of an earlier wording.
CREATE FUNCTION editions.translations_in_words(translations jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(string_agg(concat(
        each ->> 'text', ' (', each ->> 'language', '): “', each ->> 'words', '” [', each ->> 'kind', ', ', each ->> 'translator', ', checked by: ',
        coalesce(nullif(each ->> 'checked_by', ''), 'nobody'), CASE WHEN (each -> 'outdated')::boolean THEN ', of an earlier wording' END,
        ', ' || nullif(each ->> 'url', ''), ']'
    ), '; ' ORDER BY place), '')
    FROM jsonb_array_elements(translations) WITH ORDINALITY AS of_list (each, place)
$$;
