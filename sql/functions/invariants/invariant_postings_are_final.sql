CREATE OR REPLACE FUNCTION payments.invariant_postings_are_final(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'posting', g.id::text,
           format('%s %s from %s to %s', g.amount, g.currency, d.currency, c.currency), g.payment_id
      FROM (SELECT x.* FROM payments.payments_named(p_tenant_id, p_payment_ids) AS c (id)
              JOIN payments.ledger_postings AS x ON x.tenant_id = p_tenant_id
               AND x.payment_id = c.id
            UNION ALL
            SELECT x.* FROM payments.ledger_postings AS x
             WHERE x.tenant_id = p_tenant_id AND x.payment_id IS NULL
               AND p_payment_ids IS NULL) AS g
      LEFT JOIN payments.ledger_accounts AS d ON d.tenant_id = p_tenant_id
       AND d.id = g.debit_account_id
      LEFT JOIN payments.ledger_accounts AS c ON c.tenant_id = p_tenant_id
       AND c.id = g.credit_account_id
     WHERE (g.amount <= 0 OR g.debit_account_id = g.credit_account_id
            OR d.currency IS DISTINCT FROM g.currency OR c.currency IS DISTINCT FROM g.currency)
    UNION ALL
    SELECT 'table', 'ledger_postings', 'its guard append_only is missing or off', NULL
     WHERE p_payment_ids IS NULL
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger AS t
                        WHERE t.tgrelid = 'payments.ledger_postings'::regclass
                          AND t.tgname = 'append_only' AND t.tgenabled IN ('O', 'A'))
    UNION ALL
    SELECT 'table', 'ledger_postings', format('%s may change it', r.role), NULL
      FROM unnest(ARRAY['payments_definer', 'payments_system', 'payments_api', 'payments_webhook',
                        'payments_worker',
                        'payments_analyst', 'payments_operator']) AS r (role)
     WHERE p_payment_ids IS NULL
       AND (pg_catalog.has_table_privilege(r.role, 'payments.ledger_postings',
                                           'UPDATE, DELETE, TRUNCATE')
            OR pg_catalog.has_any_column_privilege(r.role, 'payments.ledger_postings', 'UPDATE'))
$$;
COMMENT ON FUNCTION payments.invariant_postings_are_final(uuid, uuid[]) IS
    'Breaches of M11: a posting moves a positive amount between two different accounts of its own '
    'currency and tenant, and nobody can change it afterwards.';
