-- What rows made for reading say beyond the words of their record: which verdict holds when, what stands for and against it, what dates mean.
--
-- It is looked at when the edition is committed, as its rows stand then. tracker/editions/projection.py makes them; what is not computed here as well
-- (the sign of an effect, the end of an action's force, the order of several searches, how long after a recommendation an action came, a row written
-- twice or left out) verify_history finds.

-- For and against a record, by the citations that readers see with it: tracker/rules/evidence.py says the same.
CREATE FUNCTION editions.weight(wanted_kind text, wanted_key text, OUT supports bigint, OUT disputes bigint, OUT claimed_by text[])
LANGUAGE sql STABLE AS $$
    WITH own AS (
        SELECT bearing.citation, bearing.stance, editions.published('document', bearing.document) AS source
        FROM editions.bearing_on(editions.published(wanted_kind, wanted_key)) AS bearing
    ), against AS (
        SELECT citation FROM own WHERE stance = 'disputes' AND source IS NOT NULL
        UNION
        -- A verdict rests on the actions with which it shares a citation.
        SELECT bearing.citation FROM (
            SELECT DISTINCT shared.record_key FROM editions.citation shared
            WHERE wanted_kind = 'assessment' AND shared.record_kind = 'action' AND shared.known_to IS NULL
              -- Each of a list is looked up; a join may read all that there are.
              AND shared.citation = ANY (ARRAY(SELECT citation FROM own WHERE source IS NOT NULL))
        ) AS action, editions.bearing_on(editions.published('action', action.record_key)) AS bearing
        WHERE bearing.stance = 'disputes' AND editions.published('document', bearing.document) IS NOT NULL
    ), standing AS (
        SELECT * FROM own WHERE stance = 'supports' AND source IS NOT NULL AND citation NOT IN (SELECT citation FROM against)
    )
    SELECT count(DISTINCT citation), (SELECT count(*) FROM against), CASE WHEN bool_and(source ->> 'interest' = 'advocacy') THEN array_agg(DISTINCT coalesce(
        CASE WHEN source ->> 'kind' = 'opinion' THEN nullif(source ->> 'author', '') END, nullif(source ->> 'publisher', ''), nullif(source ->> 'author', ''),
        source ->> 'title'
    )) ELSE '{}' END FROM standing
$$;

CREATE FUNCTION editions.weighs(wanted_kind text, wanted_key text, supports bigint, disputes bigint, claimed_by text[]) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT w.supports = weighs.supports AND w.disputes = weighs.disputes AND w.claimed_by @> weighs.claimed_by AND w.claimed_by <@ weighs.claimed_by
    FROM editions.weight(wanted_kind, wanted_key) AS w
$$;

-- The staff's verdict that holds on a day, nothing where there is none: tracker/rules/status.py says the same.
CREATE FUNCTION editions.holding(wanted_recommendation text, wanted_government text, day date) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT key FROM editions.assessment
    WHERE recommendation = wanted_recommendation AND government = wanted_government AND assessor_kind = 'staff' AND known_to IS NULL AND effective_day <= day
    ORDER BY sequence DESC LIMIT 1
$$;

CREATE FUNCTION editions.provenance(wanted_kind text, wanted_key text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT provenance FROM editions.record WHERE kind = wanted_kind AND key = wanted_key AND known_to IS NULL
$$;

CREATE FUNCTION editions.is_called(wanted_code text, said text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT said = coalesce((SELECT name FROM editions.government WHERE code = wanted_code AND known_to IS NULL LIMIT 1), wanted_code)
$$;

CREATE FUNCTION editions.addresses(reference text, code text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM jsonb_array_elements(editions.published('recommendation', reference) -> 'addressees') AS addressee
        WHERE addressee ->> 'government' = code
    )
$$;

CREATE FUNCTION editions.follows(new editions.government) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM public.tracker_government g
        WHERE (g.code, g.kind, g.name, g.includes_every_state, g.note, g.iso_3166_2, g.wikidata)
            = (new.code, new.kind, new.name, new.includes_every_state, new.note, new.iso_3166_2, new.wikidata)
    )
$$;

CREATE FUNCTION editions.follows(new editions.membership) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT new.since_day = editions.partial_date_first(new.since) AND new.until_day IS NOT DISTINCT FROM editions.partial_date_last(new.until) AND EXISTS (
        SELECT FROM public.tracker_membership m
        JOIN public.tracker_government g ON g.id = m.group_id JOIN public.tracker_government member ON member.id = m.member_id
        WHERE g.code = new."group" AND member.code = new.member AND m.since::text = new.since AND m.until::text IS NOT DISTINCT FROM new.until
    )
$$;

CREATE FUNCTION editions.follows(new editions.recommendation) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT new.recommended_first = editions.partial_date_first(new.recommended_on) AND new.recommended_last = editions.partial_date_last(new.recommended_on)
       AND new.year = extract(year FROM new.recommended_first) AND new.due_last IS NOT DISTINCT FROM editions.partial_date_last(new.due_on)
       AND new.provenance = editions.provenance('recommendation', new.reference)
       AND editions.weighs('recommendation', new.reference, new.supports, new.disputes, new.claimed_by)
$$;

CREATE FUNCTION editions.follows(new editions.action) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT new.first_day = editions.partial_date_first(new.acted_on) AND new.last_day = editions.partial_date_last(new.acted_on)
       AND new.year = extract(year FROM new.first_day) AND new.provenance = editions.provenance('action', new.key)
       AND new.events @> jsonb_build_array(jsonb_build_object('on', new.acted_on, 'decisive', true))
       AND editions.is_called(new.government, new.government_name) AND new.disputed = (new.disputes > 0)
       AND editions.weighs('action', new.key, new.supports, new.disputes, new.claimed_by)
$$;

CREATE FUNCTION editions.follows(new editions.effect) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT new.disputed = (new.disputes > 0) AND editions.weighs('action', new.action, new.supports, new.disputes, new.claimed_by)
       AND EXISTS (
           SELECT FROM editions.action a, editions.recommendation r
           WHERE a.key = new.action AND a.known_to IS NULL AND r.reference = new.recommendation AND r.known_to IS NULL
             AND (a.title, a.acted_on, a.first_day, a.last_day) = (new.action_title, new.acted_on, new.first_day, new.last_day)
             AND r.recommended_last = new.recommended_last
             AND new.earlier = CASE WHEN a.last_day < r.recommended_first THEN 'yes' WHEN a.first_day > r.recommended_last THEN 'no' ELSE 'unknown' END
       )
$$;

CREATE FUNCTION editions.follows(new editions.assessment) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT new.provenance = editions.provenance('assessment', new.key) AND new.disputed = (new.disputes > 0)
       AND editions.weighs('assessment', new.key, new.supports, new.disputes, new.claimed_by)
       AND new.effective_day = greatest(
           (SELECT recommended_last FROM editions.recommendation WHERE reference = new.recommendation AND known_to IS NULL LIMIT 1),
           editions.partial_date_last(new.effective_on)
       )
       AND new.superseded_by IS NOT DISTINCT FROM (
           SELECT max(key) FROM editions.assessment
           WHERE recommendation = new.recommendation AND government = new.government AND supersedes = new.key AND known_to IS NULL
       )
       AND new.sequence = CASE WHEN new.assessor_kind = 'staff' THEN 1 + coalesce(
           (SELECT max(sequence) FROM editions.assessment WHERE key = new.supersedes AND known_to IS NULL), 0
       ) ELSE (
           SELECT count(DISTINCT key) FROM editions.assessment
           WHERE recommendation = new.recommendation AND government = new.government AND assessor_kind = new.assessor_kind AND assessor = new.assessor
             AND known_to IS NULL AND (effective_day, key COLLATE "C") <= (new.effective_day, new.key COLLATE "C")
       ) END
$$;

-- The words for the time to the first action toward a recommendation each begin on a day of the period, the first with it, the others where an effect
-- becomes certain; and as long as none is, there is none on record. tracker/rules/lag.py says the rest.
CREATE FUNCTION editions.tells_of_first_actions(new editions.addressee) RETURNS boolean LANGUAGE sql STABLE AS $$
    WITH toward AS (
        SELECT greatest(last_day, recommended_last) AS day FROM editions.effect
        WHERE recommendation = new.recommendation AND government = new.government AND known_to IS NULL
          AND direction IN ('fulfils', 'partly_fulfils') AND earlier <> 'yes'
    )
    SELECT cardinality(new.first_action_words) = cardinality(new.first_action_days) AND new.first_action_days[1] = new.valid_from
        AND new.first_action_days = ARRAY(SELECT DISTINCT day FROM unnest(new.first_action_days) AS day ORDER BY day)
        AND NOT EXISTS (
            SELECT FROM unnest(new.first_action_days, new.first_action_words) AS told (day, word)
            WHERE day >= new.valid_to OR day > new.valid_from AND day NOT IN (SELECT day FROM toward)
               OR (word = 'none') = EXISTS (SELECT FROM toward WHERE toward.day <= told.day)
        )
$$;

CREATE FUNCTION editions.follows(new editions.addressee) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
    made date := (SELECT recommended_last FROM editions.recommendation WHERE reference = new.recommendation AND known_to IS NULL LIMIT 1);
    held text := CASE WHEN new.counted THEN editions.holding(new.recommendation, new.government, new.valid_from) END;
    ends date;
BEGIN
    IF new.counted THEN
        SELECT min(effective_day) INTO ends FROM editions.assessment
        WHERE recommendation = new.recommendation AND government = new.government AND assessor_kind = 'staff' AND known_to IS NULL
          AND effective_day > new.valid_from
          AND editions.holding(new.recommendation, new.government, effective_day) IS DISTINCT FROM new.assessment;
    END IF;
    RETURN new.assessment IS NOT DISTINCT FROM held AND new.valid_to IS NOT DISTINCT FROM ends
        AND (new.valid_from = made OR new.counted AND new.valid_from > made
             AND editions.holding(new.recommendation, new.government, new.valid_from - 1) IS DISTINCT FROM held)
        AND editions.is_called(new.government, new.government_name) AND new.disputed = (new.disputes > 0)
        AND new.search_due_on IS NOT DISTINCT FROM editions.search_due_on(new.searched_on) AND editions.tells_of_first_actions(new)
        AND CASE WHEN held IS NULL THEN
            (new.supports, new.disputes, new.claimed_by::text[], new.replies, new.departure) = (0, 0, '{}'::text[], '[]'::jsonb, '')
            AND num_nulls(new.effective_on, new.confidence, new.corroboration, new.searched_on) = 4
            AND new.provenance = editions.provenance('recommendation', new.recommendation)
        ELSE EXISTS (
            SELECT FROM editions.assessment a WHERE a.key = held AND a.known_to IS NULL
              AND (a.status, a.rationale, a.confidence, a.corroboration, a.supports, a.disputes, a.claimed_by, a.replies, a.departure, a.provenance)
                = (new.status, new.rationale, new.confidence, new.corroboration, new.supports, new.disputes, new.claimed_by, new.replies, new.departure,
                   new.provenance)
              AND a.effective_on IS NOT DISTINCT FROM new.effective_on
              AND CASE WHEN a.status IN ('no_action', 'no_evidence')
                  THEN a.searches @> jsonb_build_array(jsonb_build_object('searched_on', new.searched_on)) ELSE new.searched_on IS NULL END
        ) END;
END $$;

-- A citation is told from the day on which its record is there; one of legal statuses of parties, from the first of these.
CREATE FUNCTION editions.follows(new editions.citation) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT new.told_from = CASE new.record_kind
        WHEN 'recommendation' THEN (SELECT recommended_last FROM editions.recommendation WHERE reference = new.record_key AND known_to IS NULL LIMIT 1)
        WHEN 'assessment' THEN (SELECT effective_day FROM editions.assessment WHERE key = new.record_key AND known_to IS NULL LIMIT 1)
        WHEN 'action' THEN greatest((SELECT last_day FROM editions.action WHERE key = new.record_key AND known_to IS NULL LIMIT 1), (
            SELECT min(coalesce(editions.partial_date_last(party ->> 'on'), '-infinity'))
            FROM jsonb_array_elements(editions.published('action', new.record_key) -> 'parties') AS party,
                 jsonb_array_elements(party -> 'citations') AS citation
            WHERE citation ->> 'key' = new.citation
        ))
    END
$$;

CREATE FUNCTION editions.follows_from_what_was_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF editions.follows(NEW) IS NOT TRUE THEN
        RAISE EXCEPTION 'A row of % does not follow from what was published.', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

-- Whether readers still find what a closed row was about, or nothing published says it any more.
CREATE FUNCTION editions.is_followed(old editions.document) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT editions.published('document', old.key) IS NULL OR EXISTS (SELECT FROM editions.document WHERE key = old.key AND known_to IS NULL)
$$;

CREATE FUNCTION editions.is_followed(old editions.recommendation) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT editions.published('recommendation', old.reference) IS NULL
        OR EXISTS (SELECT FROM editions.recommendation WHERE reference = old.reference AND known_to IS NULL)
$$;

CREATE FUNCTION editions.is_followed(old editions.action) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT editions.published('action', old.key) IS NULL OR EXISTS (SELECT FROM editions.action WHERE key = old.key AND known_to IS NULL)
$$;

CREATE FUNCTION editions.is_followed(old editions.assessment) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT editions.published('assessment', old.key) IS NULL OR NOT editions.addresses(old.recommendation, old.government)
        OR EXISTS (SELECT FROM editions.assessment WHERE key = old.key AND known_to IS NULL)
$$;

CREATE FUNCTION editions.is_followed(old editions.effect) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM editions.effect WHERE key = old.key AND known_to IS NULL) OR NOT EXISTS (
        SELECT FROM jsonb_array_elements(editions.published('action', old.action) -> 'effects') AS effect
        WHERE effect ->> 'key' = old.key AND editions.published('recommendation', effect ->> 'recommendation') IS NOT NULL
    )
$$;

-- The periods of an addressee lie one after another, from the day of the recommendation to no end.
CREATE FUNCTION editions.is_followed(old editions.addressee) RETURNS boolean LANGUAGE sql STABLE AS $$
    WITH standing AS (
        SELECT valid_from, valid_to FROM editions.addressee
        WHERE recommendation = old.recommendation AND government = old.government AND known_to IS NULL
    )
    SELECT NOT editions.addresses(old.recommendation, old.government) OR (
        EXISTS (SELECT FROM standing WHERE valid_to IS NULL)
        AND EXISTS (
            SELECT FROM standing JOIN editions.recommendation r ON r.recommended_last = valid_from
            WHERE r.reference = old.recommendation AND r.known_to IS NULL
        )
        AND NOT EXISTS (SELECT FROM standing s WHERE s.valid_to NOT IN (SELECT valid_from FROM standing))
    )
$$;

CREATE FUNCTION editions.is_followed(old editions.citation) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM editions.citation
        WHERE record_kind = old.record_kind AND record_key = old.record_key AND citation = old.citation AND known_to IS NULL
    ) OR NOT EXISTS (
        SELECT FROM editions.bearing_on(editions.published(old.record_kind, old.record_key)) AS said
        WHERE said.citation = old.citation AND editions.published('document', said.document) IS NOT NULL AND (
            old.record_kind <> 'assessment' OR EXISTS (SELECT FROM editions.assessment WHERE key = old.record_key AND known_to IS NULL)
        )
    ) AND NOT EXISTS (
        SELECT FROM editions.assessment a JOIN editions.citation c ON c.record_kind = 'action' AND c.record_key = ANY (a.actions)
        WHERE old.inherited AND a.key = old.record_key AND a.known_to IS NULL
          AND c.citation = old.citation AND c.stance = 'disputes' AND c.known_to IS NULL
    )
$$;

CREATE FUNCTION editions.is_followed(old editions.translation) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM editions.translation
        WHERE record_kind = old.record_kind AND record_key = old.record_key AND text = old.text AND language = old.language AND known_to IS NULL
    ) OR NOT EXISTS (
        SELECT FROM jsonb_array_elements(editions.published(old.record_kind, old.record_key) -> 'translations') AS part
        WHERE part ->> 'text' = old.text AND part ->> 'language' = old.language
    )
$$;

CREATE FUNCTION editions.is_followed(old editions.government) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM editions.government WHERE code = old.code AND known_to IS NULL) OR NOT (
        EXISTS (SELECT FROM editions.addressee WHERE government = old.code AND known_to IS NULL)
        OR EXISTS (SELECT FROM editions.action WHERE government = old.code AND known_to IS NULL)
    )
$$;

CREATE FUNCTION editions.is_followed(old editions.membership) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT NOT editions.follows(old) OR EXISTS (
        SELECT FROM editions.membership
        WHERE "group" = old."group" AND member = old.member AND since = old.since AND until IS NOT DISTINCT FROM old.until AND known_to IS NULL
    ) OR NOT EXISTS (SELECT FROM editions.government WHERE code = old."group" AND known_to IS NULL)
$$;

CREATE FUNCTION editions.closed_row_is_followed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF editions.is_followed(OLD) IS NOT TRUE THEN
        RAISE EXCEPTION 'A row of % ends while what it says is still published.', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

-- A passage is found on no day before the record that says it, nor before the page on which it is read.
CREATE FUNCTION editions.follows(new editions.passage) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT CASE new.record_kind
        WHEN 'document' THEN (
            SELECT new.told_from IS NOT DISTINCT FROM published_last FROM editions.document WHERE key = new.record_key AND known_to IS NULL LIMIT 1
        )
        WHEN 'recommendation' THEN true
        WHEN 'action' THEN (SELECT new.told_from >= last_day FROM editions.action WHERE key = new.record_key AND known_to IS NULL LIMIT 1)
        WHEN 'assessment' THEN (SELECT new.told_from >= effective_day FROM editions.assessment WHERE key = new.record_key AND known_to IS NULL LIMIT 1)
    END AND (new.kind <> 'recommendation' OR (
        SELECT new.told_from >= recommended_last FROM editions.recommendation WHERE reference = new.key AND known_to IS NULL LIMIT 1
    ))
$$;

-- What is public can be found.
CREATE FUNCTION editions.is_followed(old editions.passage) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT editions.published(old.kind, old.key) IS NULL
        OR EXISTS (SELECT FROM editions.passage WHERE kind = old.kind AND key = old.key AND known_to IS NULL)
$$;

DO $$
DECLARE reading text;
BEGIN
    FOREACH reading IN ARRAY ARRAY['government', 'membership', 'recommendation', 'addressee', 'action', 'effect', 'assessment', 'citation',
                                   'passage']
    LOOP
        EXECUTE format('CREATE CONSTRAINT TRIGGER follows_from_what_was_published AFTER INSERT ON editions.%I DEFERRABLE INITIALLY DEFERRED'
                       ' FOR EACH ROW EXECUTE FUNCTION editions.follows_from_what_was_published()', reading);
    END LOOP;
    FOREACH reading IN ARRAY ARRAY[
        'government', 'membership', 'document', 'recommendation', 'addressee', 'action', 'effect', 'assessment', 'citation', 'passage', 'translation'
    ]
    LOOP
        EXECUTE format('CREATE CONSTRAINT TRIGGER closed_row_is_followed AFTER UPDATE ON editions.%I DEFERRABLE INITIALLY DEFERRED'
                       ' FOR EACH ROW WHEN (OLD.known_to IS DISTINCT FROM NEW.known_to) EXECUTE FUNCTION editions.closed_row_is_followed()', reading);
    END LOOP;
END $$;
