-- Texts as cells of files have them: none that a spreadsheet runs as a formula.

-- A text as a cell of a file has it. tracker/rules/formulas.py says the same, with the reasons; a test holds both equal.
CREATE FUNCTION editions.harmless(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT regexp_replace(
        said,
        '^(?=[\s\u001c-\u001f\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*[-=+@＝＋－＠]|[\t\r\n''])'
        '|(?<=[;\t\r\n])(?=(?:[ \v\f\u001c-\u001f\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]|")*[-=+@＝＋－＠]|'')',
        '''', 'g'
    )
$$;

-- A list of names as one cell has it.
CREATE FUNCTION editions.joined(list varchar[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT array_to_string(list, '; ') $$;

-- Whether any of these texts is another one in a cell. Few rows hold such a text, and each says of itself whether it does, so that a file of all rows
-- need not look for formulas in each.
CREATE FUNCTION editions.runs_as_formula(VARIADIC texts text[]) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(bool_or(editions.harmless(said) <> said), false) FROM unnest(texts) AS said
$$;

-- A published row without the columns that the database computes from the others: they are not there yet before an update.
CREATE FUNCTION editions.of_its_own(said jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT said - '{search,runs_as_formula}'::text[]
$$;
