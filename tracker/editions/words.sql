-- What search compares: the words of a text in one spelling, stemmed as its language asks.

-- tracker/rules/folding.py says the same, with the reasons; a test holds both equal. What is ASCII by then is spared the rest.
CREATE FUNCTION editions.folded(said text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN octet_length(words.t) = length(words.t) THEN lower(words.t) ELSE
        regexp_replace(replace(replace(replace(replace(translate(lower(words.t),
            '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹ىیېکڪةہھەۃٱøłđðħŧŋıςØŁĐÐĦŦŊÆÞŒẞΑΒΓΔΕΖΗΘΙ'
            'ΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯԱԲԳԴԵԶԷԸԹԺԻԼԽԾԿՀՁՂՃՄՅՆՇՈՉՊՋՌՍՎՏՐՑՒՓՔՕՖЂЄЅІЈЉЊЋЏҐҒҖҚҢҮҰҲҺӘӨƏ',
            '01234567890123456789يييككهههههاolddhtniσolddhtnæþœßαβγδεζηθι'
            'κλμνξοπρστυφχψωабвгдежзийклмнопрстуфхцчшщъыьэюяաբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆђєѕіјљњћџґғҗқңүұҳһәөə'
        ), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'), 'ه( |$)', 'ة\1', 'g')
    END
    FROM (
        SELECT btrim(regexp_replace(
            CASE WHEN octet_length(said) = length(said) THEN said COLLATE "C" ELSE regexp_replace(
                replace(replace(normalize(said, NFKD) COLLATE "C", U&'\0438\0306', 'й'), U&'\0418\0306', 'й'),
                '[\u00AD\u0300-\u036F\u0483-\u0487\u0591-\u05BD\u05BF\u05C1\u05C2\u05C4\u05C5\u05C7\u0610-\u061A\u0640'
                '\u064B-\u065F\u0670\u06D6-\u06DC\u06DF-\u06E4\u06E7\u06E8\u06EA-\u06ED\u1AB0-\u1AFF\u1DC0-\u1DFF\u200D-\u200F'
                '\u202A-\u202E\u2060-\u206F\u20D0-\u20FF\uFE00-\uFE0F\uFE20-\uFE2F\uFEFF]', '', 'g'
            ) END,
            '[\u0001-\u002F\u003A-\u0040\u005B-\u0060\u007B-\u00A9\u00AB-\u00B4\u00B6-\u00B9\u00BB-\u00BF\u00D7\u00F7'
                '\u02C2-\u02C5\u02D2-\u02DF\u02E5-\u02FF\u0375\u037E\u0384\u0385\u0387\u0482\u055A-\u055F\u0589\u058A'
                '\u058D-\u058F\u05BE\u05C0\u05C3\u05C6\u05F3\u05F4\u0600-\u060F\u061B-\u061F\u066A-\u066D\u06D4\u06DD\u06DE'
                '\u06E9\u06FD\u06FE\u0700-\u070F\u0964\u0965\u0970\u1680\u2000-\u200C\u2010-\u2029\u202F-\u205F\u20A0-\u20CF'
                '\u2100-\u2125\u2127-\u214D\u214F\u2190-\u2BFF\u2E00-\u2E7F\u3000-\u3004\u3008-\u3020\u3030\u303D\uD7FC-\uF8FF'
                '\uFD3E-\uFD4F\uFDFC-\uFDFF\uFE10-\uFE1F\uFE30-\uFE6F\uFF00-\uFF0F\uFFE0-\uFFFF\U0001F000-\U0001FAFF]+', ' ', 'g'
        ), ' ') AS t
    ) AS words
$$;

-- The words of a passage under a configuration of full-text search, with the weight that they have in ranking. A text longer than any that a person
-- writes is read to its first 200,000 characters: more would not fit.
CREATE FUNCTION editions.in_words(config text, weight text, said text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT setweight(to_tsvector(('pg_catalog.' || config)::regconfig, editions.folded(left(said, 200000))), weight::"char")
$$;
