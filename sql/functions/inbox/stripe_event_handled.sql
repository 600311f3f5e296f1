CREATE OR REPLACE FUNCTION payments.stripe_event_handled(p_type text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT coalesce(p_type = ANY (payments.stripe_event_types()), false) $$;
COMMENT ON FUNCTION payments.stripe_event_handled(text) IS
    'Whether we act on events of this type; all others end as ignored, counted by type.';
