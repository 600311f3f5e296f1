CREATE OR REPLACE FUNCTION payments.split_rule_find(
    p_tenant_id uuid, p_show_id text, p_venue_id text, p_at timestamptz
) RETURNS TABLE (rule_id uuid, shares jsonb)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT r.id, r.shares
      FROM payments.split_rules AS r
     WHERE r.tenant_id = p_tenant_id
       AND (r.scope = 'tenant' OR (r.scope = 'venue' AND r.scope_id = p_venue_id)
            OR (r.scope = 'event' AND r.scope_id = p_show_id))
       AND r.valid_from <= p_at AND (r.valid_until IS NULL OR r.valid_until > p_at)
     ORDER BY array_position(ARRAY['event', 'venue', 'tenant'], r.scope), r.version DESC
     LIMIT 1
$$;
COMMENT ON FUNCTION payments.split_rule_find(uuid, text, text, timestamptz) IS
    'The shares that apply to a payment without its own: event before venue before tenant, newest '
    'version valid at that time; no row: none.';
