CREATE OR REPLACE FUNCTION payments.invariant_references_stay_in_tenant(p_tenant_id uuid)
RETURNS TABLE (object_type text, object_id text, detail text)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'provider_object', known.provider_id,
           format('names a %s that the tenant does not have', known.object_type)
      FROM payments.provider_objects AS known
     WHERE known.tenant_id = p_tenant_id
       AND NOT CASE known.object_type
           WHEN 'transfer' THEN EXISTS (SELECT FROM payments.stripe_transfers AS transfer
                                         WHERE transfer.tenant_id = p_tenant_id
                                           AND transfer.id = known.object_id)
           WHEN 'account' THEN EXISTS (SELECT FROM payments.connected_accounts AS payee
                                        WHERE payee.tenant_id = p_tenant_id
                                          AND payee.id = known.object_id)
           ELSE EXISTS (SELECT FROM payments.payment_transactions AS payment
                         WHERE payment.tenant_id = p_tenant_id AND payment.id = known.object_id) END
    UNION ALL
    SELECT 'operation', operation.id::text,
           format('%s for a row that the tenant does not have', operation.kind)
      FROM payments.stripe_operations AS operation
     WHERE operation.tenant_id = p_tenant_id
       AND operation.kind IN ('refund', 'reversal', 'transfer')
       AND NOT EXISTS (SELECT FROM payments.payment_refunds AS refund
                        WHERE refund.tenant_id = p_tenant_id
                          AND refund.id = operation.subject_id)
       AND NOT EXISTS (SELECT FROM payments.transfer_reversals AS reversal
                        WHERE reversal.tenant_id = p_tenant_id
                          AND reversal.id = operation.subject_id)
       AND NOT EXISTS (SELECT FROM payments.stripe_transfers AS transfer
                        WHERE transfer.tenant_id = p_tenant_id
                          AND transfer.id = operation.subject_id)
    UNION ALL
    -- A foreign key that starts with the tenant on both sides cannot leave it.
    SELECT 'foreign_key', foreign_key.conname::text,
           format('of %s lets a row refer to another tenant''s', foreign_key.conrelid::regclass)
      FROM pg_catalog.pg_constraint AS foreign_key
      JOIN pg_catalog.pg_attribute AS referring
        ON referring.attrelid = foreign_key.conrelid AND referring.attnum = foreign_key.conkey[1]
      JOIN pg_catalog.pg_attribute AS referred
        ON referred.attrelid = foreign_key.confrelid AND referred.attnum = foreign_key.confkey[1]
     WHERE foreign_key.contype = 'f' AND foreign_key.connamespace = 'payments'::regnamespace
       AND EXISTS (SELECT FROM pg_catalog.pg_attribute AS owner
                    WHERE owner.attrelid = foreign_key.confrelid
                      AND owner.attname = 'tenant_id' AND NOT owner.attisdropped)
       AND (referring.attname, referred.attname) IS DISTINCT FROM ('tenant_id', 'tenant_id')
$$;
COMMENT ON FUNCTION payments.invariant_references_stay_in_tenant(uuid) IS
    'Breaches of M18: whatever a row of a tenant refers to is the same tenant''s, by key or by id. '
    'That no answer names another tenant''s ids is proven in sql/tests/rls.sql and '
    'tests/integration.';
