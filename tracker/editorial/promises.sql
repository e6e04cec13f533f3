-- What the database itself keeps of the desk's promises, whoever writes.

-- Any edit of a record, or of something that is approved together with it, voids every version of it that is submitted or approved.
CREATE FUNCTION public.tracker_void(wanted_kind text, wanted_key text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE tracker_version SET voided_at = clock_timestamp()
    WHERE kind = wanted_kind AND key = wanted_key AND change = 'publish' AND voided_at IS NULL
      AND submission_id IN (SELECT id FROM tracker_submission WHERE state IN ('submitted', 'approved'))
$$;

CREATE FUNCTION public.tracker_void_citing(citation bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE used tracker_citationuse;
BEGIN
    FOR used IN SELECT * FROM tracker_citationuse WHERE citation_id = citation LOOP
        PERFORM tracker_void_served(to_jsonb(used));
    END LOOP;
END $$;

-- The record that a citation's use serves, whichever of its columns is filled.
CREATE FUNCTION public.tracker_void_served(used jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    action bigint := coalesce(
        (used ->> 'action_id')::bigint,
        (SELECT action_id FROM tracker_legalstatus WHERE id = (used ->> 'legal_status_id')::bigint),
        (SELECT action_id FROM tracker_reply WHERE id = (used ->> 'reply_id')::bigint)
    );
    assessment bigint := coalesce(
        (used ->> 'assessment_id')::bigint,
        (SELECT assessment_id FROM tracker_position WHERE id = (used ->> 'position_id')::bigint),
        (SELECT assessment_id FROM tracker_reply WHERE id = (used ->> 'reply_id')::bigint)
    );
BEGIN
    PERFORM tracker_void('recommendation', reference) FROM tracker_recommendation WHERE id = (used ->> 'recommendation_id')::bigint;
    PERFORM tracker_void('action', key) FROM tracker_action WHERE id = action;
    PERFORM tracker_void('assessment', key) FROM tracker_assessment WHERE id = assessment;
END $$;

-- The columns that are in no body (tracker/editorial/freeze.py; a test holds both equal): who wrote it when stands on the version, the others are the
-- desk's own affair. A change of them alone changes nothing that was approved.
CREATE FUNCTION public.tracker_not_frozen(table_name text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE table_name
        WHEN 'tracker_document' THEN ARRAY['recorded_by_id', 'edited_by_id', 'recorded_at', 'edited_at']
        WHEN 'tracker_recommendation' THEN ARRAY['recorded_by_id', 'edited_by_id', 'recorded_at', 'edited_at']
        WHEN 'tracker_action' THEN ARRAY['recorded_by_id', 'edited_by_id', 'recorded_at', 'edited_at']
        WHEN 'tracker_assessment' THEN ARRAY['recorded_by_id', 'edited_by_id', 'recorded_at', 'edited_at', 'review_on']
        WHEN 'tracker_snapshot' THEN ARRAY['stored_as', 'url', 'headers']
        WHEN 'tracker_citation' THEN ARRAY['begins', 'ends']
        WHEN 'tracker_party' THEN ARRAY['note']
        WHEN 'tracker_measure' THEN ARRAY['definition']
        WHEN 'tracker_government' THEN ARRAY['name', 'note', 'includes_every_state']
        ELSE ARRAY[]::text[]
    END
$$;

CREATE FUNCTION public.tracker_an_edit_voids_approval() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE row jsonb;
BEGIN
    -- Nothing waits for its approval or publication: the usual state while a long file comes in.
    IF NOT EXISTS (SELECT FROM tracker_submission WHERE state IN ('submitted', 'approved')) THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - tracker_not_frozen(TG_TABLE_NAME) = to_jsonb(NEW) - tracker_not_frozen(TG_TABLE_NAME) THEN
        RETURN NULL;
    END IF;
    FOREACH row IN ARRAY CASE TG_OP
        WHEN 'INSERT' THEN ARRAY[to_jsonb(NEW)] WHEN 'DELETE' THEN ARRAY[to_jsonb(OLD)] ELSE ARRAY[to_jsonb(OLD), to_jsonb(NEW)]
    END LOOP
        CASE TG_TABLE_NAME
            WHEN 'tracker_document', 'tracker_action', 'tracker_assessment' THEN
                PERFORM tracker_void(substr(TG_TABLE_NAME, 9), row ->> 'key');
            WHEN 'tracker_recommendation' THEN
                PERFORM tracker_void('recommendation', row ->> 'reference');
            WHEN 'tracker_snapshot' THEN
                PERFORM tracker_void('document', key) FROM tracker_document WHERE id = (row ->> 'document_id')::bigint;
            WHEN 'tracker_citationuse', 'tracker_reply' THEN
                PERFORM tracker_void_served(row);
            WHEN 'tracker_citation' THEN
                PERFORM tracker_void_citing((row ->> 'id')::bigint);
            WHEN 'tracker_party' THEN
                PERFORM tracker_void('action', a.key) FROM tracker_action a JOIN tracker_legalstatus s ON s.action_id = a.id
                    WHERE s.party_id = (row ->> 'id')::bigint;
            WHEN 'tracker_measure' THEN
                PERFORM tracker_void('recommendation', reference) FROM tracker_recommendation WHERE measure_id = (row ->> 'id')::bigint;
                PERFORM tracker_void('action', key) FROM tracker_action WHERE measure_id = (row ->> 'id')::bigint;
            WHEN 'tracker_government' THEN
                PERFORM tracker_void('recommendation', r.reference) FROM tracker_recommendation r JOIN tracker_addressee d ON d.recommendation_id = r.id
                    WHERE d.government_id = (row ->> 'id')::bigint;
                PERFORM tracker_void('action', key) FROM tracker_action WHERE government_id = (row ->> 'id')::bigint;
                PERFORM tracker_void('action', a.key) FROM tracker_action a
                    JOIN tracker_effect e ON e.action_id = a.id JOIN tracker_addressee d ON d.id = e.addressee_id
                    WHERE d.government_id = (row ->> 'id')::bigint;
                PERFORM tracker_void('assessment', s.key) FROM tracker_assessment s JOIN tracker_addressee d ON d.id = s.addressee_id
                    WHERE d.government_id = (row ->> 'id')::bigint;
            WHEN 'tracker_theme' THEN
                PERFORM tracker_void('recommendation', r.reference)
                    FROM tracker_recommendation r JOIN tracker_recommendation_themes t ON t.recommendation_id = r.id
                    WHERE t.theme_id = (row ->> 'id')::bigint;
            ELSE
                -- A part of a record: it knows its whole by a column.
                PERFORM tracker_void('recommendation', reference) FROM tracker_recommendation WHERE id = (row ->> 'recommendation_id')::bigint;
                PERFORM tracker_void('action', key) FROM tracker_action WHERE id = (row ->> 'action_id')::bigint;
                PERFORM tracker_void('assessment', key) FROM tracker_assessment WHERE id = (row ->> 'assessment_id')::bigint;
                PERFORM tracker_void('document', key) FROM tracker_document WHERE id = (row ->> 'document_id')::bigint;
        END CASE;
    END LOOP;
    RETURN NULL;
END $$;

DO $$
DECLARE edited text;
BEGIN
    FOREACH edited IN ARRAY ARRAY[
        'document', 'snapshot', 'citation', 'citationuse', 'recommendation', 'recommendation_themes', 'relation', 'addressee', 'deadlinemove', 'action',
        'actionevent', 'legalstatus', 'party', 'effect', 'assessment', 'search', 'position', 'reply', 'translation', 'measure', 'theme', 'government'
    ] LOOP
        EXECUTE format('CREATE TRIGGER an_edit_voids_approval AFTER INSERT OR UPDATE OR DELETE ON public.%I FOR EACH ROW'
                       ' EXECUTE FUNCTION public.tracker_an_edit_voids_approval()', 'tracker_' || edited);
    END LOOP;
END $$;

-- A deadline that was public is moved only with a reason, and its move stays in the ledger without anybody entering it. A move leads from the deadline
-- that readers know to the one that holds now: what a draft said in between nobody saw, and it leaves no row.
CREATE FUNCTION public.tracker_keep_moved_deadline() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    why text := nullif(current_setting('pghistory.context_metadata', true), '')::jsonb ->> 'reason';
    told jsonb := (SELECT body FROM editions.record
                   WHERE kind = 'recommendation' AND key = OLD.reference AND change = 'publish' ORDER BY edition DESC LIMIT 1);
    public_due_on text := told ->> 'due_on';
BEGIN
    IF public_due_on IS NULL THEN
        RETURN NULL;
    END IF;
    DELETE FROM tracker_deadlinemove AS written
        WHERE recommendation_id = NEW.id AND before = public_due_on AND moved_by = '' AND after IS DISTINCT FROM NEW.due_on
          AND NOT EXISTS (
              SELECT FROM jsonb_array_elements(told -> 'deadline_moves') AS move
              WHERE move ->> 'before' = public_due_on AND move ->> 'moved_by' = '' AND move ->> 'moved_on' = written.moved_on::text
          );
    IF NEW.due_on IS NOT DISTINCT FROM public_due_on THEN
        RETURN NULL;
    END IF;
    PERFORM FROM tracker_deadlinemove AS written
        WHERE recommendation_id = NEW.id AND before = public_due_on AND after IS NOT DISTINCT FROM NEW.due_on
          AND NOT EXISTS (
              SELECT FROM jsonb_array_elements(told -> 'deadline_moves') AS move
              WHERE move ->> 'before' = public_due_on AND move ->> 'moved_by' = written.moved_by AND move ->> 'moved_on' = written.moved_on::text
          );
    IF FOUND THEN
        RETURN NULL;
    END IF;
    IF coalesce(btrim(why), '') = '' THEN
        RAISE EXCEPTION 'The deadline of % was public; say why it moves.', OLD.reference USING ERRCODE = 'restrict_violation';
    END IF;
    INSERT INTO tracker_deadlinemove (recommendation_id, before, after, moved_on, moved_by, reason)
    VALUES (NEW.id, public_due_on, NEW.due_on, to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD'), '', why)
    ON CONFLICT (recommendation_id, before, moved_on, moved_by) DO UPDATE SET after = EXCLUDED.after, reason = EXCLUDED.reason;
    RETURN NULL;
END $$;

CREATE TRIGGER a_moved_deadline_is_kept AFTER UPDATE OF due_on ON public.tracker_recommendation
    FOR EACH ROW WHEN (OLD.due_on IS DISTINCT FROM NEW.due_on) EXECUTE FUNCTION public.tracker_keep_moved_deadline();

-- What was found of a passage speaks of the words, the document and the copy in which they were read: of others it says nothing.
CREATE FUNCTION public.tracker_forget_checks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM tracker_passagecheck WHERE citation_id = NEW.id;
    RETURN NULL;
END $$;

CREATE TRIGGER a_corrected_passage_is_unchecked AFTER UPDATE OF exact, document_id, archived_as ON public.tracker_citation
    FOR EACH ROW WHEN ((OLD.exact, OLD.document_id, OLD.archived_as) IS DISTINCT FROM (NEW.exact, NEW.document_id, NEW.archived_as))
    EXECUTE FUNCTION public.tracker_forget_checks();
