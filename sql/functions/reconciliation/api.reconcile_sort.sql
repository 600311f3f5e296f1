-- owner: payments_system
CREATE OR REPLACE FUNCTION api.reconcile_sort(p_run jsonb, p_account text, p_resource text,
                                              p_objects jsonb)
RETURNS TABLE (tenant_id uuid, objects jsonb)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    RETURN QUERY
    WITH owned AS MATERIALIZED (
        SELECT listed.object, owner.tenants, owner.tenant_id
          FROM jsonb_array_elements(p_objects) AS listed (object)
         CROSS JOIN LATERAL payments.reconcile_owner(p_account, listed.object) AS owner
    ), noted AS (
        INSERT INTO payments.unowned_objects AS unowned
            (provider_account, provider_id, object_type, class, amount, currency, document,
             occurred_at, opened_at, last_seen_at, state)
        SELECT p_account, noted.provider_id, noted.object_type, noted.class, noted.amount,
               noted.currency, noted.document, noted.occurred_at, payments.clock(),
               payments.clock(), CASE noted.class WHEN 'platform_money' THEN 'noted' ELSE 'open' END
          FROM owned
         CROSS JOIN LATERAL payments.unowned_note(p_resource, owned.object, owned.tenants) AS noted
         WHERE owned.tenants <> 1 AND noted.occurred_at < (p_run ->> 'settledBefore')::timestamptz
         ORDER BY noted.provider_id
        ON CONFLICT (provider_account, provider_id) DO UPDATE
            SET last_seen_at = excluded.last_seen_at, class = excluded.class,
                amount = excluded.amount, document = excluded.document,
                opened_at = CASE unowned.state WHEN 'closed' THEN excluded.opened_at
                                               ELSE unowned.opened_at END,
                state = CASE unowned.state WHEN 'resolved' THEN unowned.state
                                           ELSE excluded.state END
    )
    SELECT owned.tenant_id, jsonb_agg(owned.object) FROM owned WHERE owned.tenants = 1
     GROUP BY owned.tenant_id;
END
$$;
COMMENT ON FUNCTION api.reconcile_sort(jsonb, text, text, jsonb) IS
    'Sorts a page of one of Stripe''s lists (p_account: acct_… of a payee, or platform) by tenant, '
    'for reconcile_compare; what belongs to none, or to two, is noted as unowned.';
