CREATE OR REPLACE FUNCTION payments.rfc3339(p_time timestamptz) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
AS $$ SELECT to_char(p_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') $$;
COMMENT ON FUNCTION payments.rfc3339(timestamptz) IS 'The time in UTC as RFC 3339 text.';
