-- Partial dates in the database: a domain that refuses what is no date, and the bounds of the days that a date can mean.
-- The same rule in Python: tracker/rules/dates.py; a test holds both equal.

CREATE FUNCTION public.partial_date_is_valid(written text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF written !~ '^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$' THEN
        RETURN false;
    END IF;
    PERFORM make_date(substr(written, 1, 4)::integer, coalesce(nullif(substr(written, 6, 2), ''), '1')::integer,
                      coalesce(nullif(substr(written, 9, 2), ''), '1')::integer);
    RETURN true;
EXCEPTION WHEN datetime_field_overflow THEN
    RETURN false;
END $$;

CREATE DOMAIN public.partial_date AS varchar(10) CONSTRAINT a_day_a_month_or_a_year CHECK (public.partial_date_is_valid(VALUE));

CREATE FUNCTION editions.partial_date_first(written text) RETURNS date LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT make_date(substr(written, 1, 4)::integer, coalesce(nullif(substr(written, 6, 2), ''), '1')::integer,
                     coalesce(nullif(substr(written, 9, 2), ''), '1')::integer)
$$;

CREATE FUNCTION editions.partial_date_last(written text) RETURNS date LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE length(written)
        WHEN 4 THEN make_date(written::integer, 12, 31)
        WHEN 7 THEN (editions.partial_date_first(written) + interval '1 month' - interval '1 day')::date
        ELSE editions.partial_date_first(written)
    END
$$;
