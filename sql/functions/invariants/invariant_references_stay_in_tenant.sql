CREATE OR REPLACE FUNCTION payments.invariant_references_stay_in_tenant(p_tenant_id uuid)
RETURNS TABLE (object_type text, object_id text, detail text)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'provider_object', o.provider_id,
           format('names a %s that the tenant does not have', o.object_type)
      FROM payments.provider_objects AS o
     WHERE o.tenant_id = p_tenant_id
       AND NOT CASE o.object_type
           WHEN 'transfer' THEN EXISTS (SELECT FROM payments.stripe_transfers AS t
                                         WHERE t.tenant_id = p_tenant_id AND t.id = o.object_id)
           WHEN 'account' THEN EXISTS (SELECT FROM payments.connected_accounts AS a
                                        WHERE a.tenant_id = p_tenant_id AND a.id = o.object_id)
           ELSE EXISTS (SELECT FROM payments.payment_transactions AS p
                         WHERE p.tenant_id = p_tenant_id AND p.id = o.object_id) END
    UNION ALL
    SELECT 'operation', o.id::text, format('%s for a row that the tenant does not have', o.kind)
      FROM payments.stripe_operations AS o
     WHERE o.tenant_id = p_tenant_id AND o.kind IN ('refund', 'reversal', 'transfer')
       AND NOT EXISTS (SELECT FROM payments.payment_refunds AS r WHERE r.tenant_id = p_tenant_id
                          AND r.id = o.subject_id)
       AND NOT EXISTS (SELECT FROM payments.transfer_reversals AS v WHERE v.tenant_id = p_tenant_id
                          AND v.id = o.subject_id)
       AND NOT EXISTS (SELECT FROM payments.stripe_transfers AS t WHERE t.tenant_id = p_tenant_id
                          AND t.id = o.subject_id)
    UNION ALL
    -- A foreign key that starts with the tenant on both sides cannot leave it.
    SELECT 'foreign_key', k.conname::text,
           format('of %s lets a row refer to another tenant''s', k.conrelid::regclass)
      FROM pg_catalog.pg_constraint AS k
      JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
      JOIN pg_catalog.pg_attribute AS f ON f.attrelid = k.confrelid AND f.attnum = k.confkey[1]
     WHERE k.contype = 'f' AND k.connamespace = 'payments'::regnamespace
       AND EXISTS (SELECT FROM pg_catalog.pg_attribute AS x WHERE x.attrelid = k.confrelid
                      AND x.attname = 'tenant_id' AND NOT x.attisdropped)
       AND (a.attname, f.attname) IS DISTINCT FROM ('tenant_id', 'tenant_id')
$$;
COMMENT ON FUNCTION payments.invariant_references_stay_in_tenant(uuid) IS
    'Breaches of M18: whatever a row of a tenant refers to is the same tenant''s, by key or by id. '
    'That no answer names another tenant''s ids is proven in sql/tests/rls.sql and '
    'tests/integration.';
