-- owner: payments_system
CREATE OR REPLACE FUNCTION api.reconcile_sort(p_run jsonb, p_account text, p_resource text,
                                              p_objects jsonb)
RETURNS TABLE (tenant_id uuid, objects jsonb)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    RETURN QUERY
    WITH owned AS MATERIALIZED (
        SELECT e.object, w.tenants, w.tenant_id
          FROM jsonb_array_elements(p_objects) AS e (object)
         CROSS JOIN LATERAL payments.reconcile_owner(p_account, e.object) AS w
    ), noted AS (
        INSERT INTO payments.unowned_objects AS u
            (provider_account, provider_id, object_type, class, amount, currency, document,
             occurred_at, opened_at, last_seen_at, state)
        SELECT p_account, n.provider_id, n.object_type, n.class, n.amount, n.currency, n.document,
               n.occurred_at,
               payments.clock(), payments.clock(), CASE n.class WHEN 'platform_money' THEN 'noted'
        ELSE 'open' END
          FROM owned AS o
         CROSS JOIN LATERAL payments.unowned_note(p_resource, o.object, o.tenants) AS n
         WHERE o.tenants <> 1 AND n.occurred_at < (p_run ->> 'settledBefore')::timestamptz
         ORDER BY n.provider_id
        ON CONFLICT (provider_account, provider_id) DO UPDATE
            SET last_seen_at = excluded.last_seen_at, class = excluded.class,
                amount = excluded.amount,
                document = excluded.document,
                opened_at = CASE u.state WHEN 'closed' THEN excluded.opened_at ELSE u.opened_at END,
                state = CASE u.state WHEN 'resolved' THEN u.state ELSE excluded.state END
    )
    SELECT o.tenant_id, jsonb_agg(o.object) FROM owned AS o WHERE o.tenants = 1
     GROUP BY o.tenant_id;
END
$$;
COMMENT ON FUNCTION api.reconcile_sort(jsonb, text, text, jsonb) IS
    'Sorts a page of one of Stripe''s lists (p_account: acct_… of a payee, or platform) by tenant, '
    'for reconcile_compare; what belongs to none, or to two, is noted as unowned.';
