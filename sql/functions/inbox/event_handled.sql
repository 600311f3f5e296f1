CREATE OR REPLACE FUNCTION payments.event_handled(p_type text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT coalesce(p_type = ANY (payments.event_types()), false) $$;
COMMENT ON FUNCTION payments.event_handled(text) IS
    'Whether we act on events of this type; all others end as ignored, counted by type.';
