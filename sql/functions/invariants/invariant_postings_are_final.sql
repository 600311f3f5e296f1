CREATE OR REPLACE FUNCTION payments.invariant_postings_are_final(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'posting', posting.id::text,
           format('%s %s from %s to %s', posting.amount, posting.currency, debit.currency,
                  credit.currency), posting.payment_id
      FROM (SELECT posting.* FROM payments.payments_named(p_tenant_id, p_payment_ids) AS named (id)
              JOIN payments.ledger_postings AS posting
                ON posting.tenant_id = p_tenant_id AND posting.payment_id = named.id
            UNION ALL
            SELECT posting.* FROM payments.ledger_postings AS posting
             WHERE posting.tenant_id = p_tenant_id AND posting.payment_id IS NULL
               AND p_payment_ids IS NULL) AS posting
      LEFT JOIN payments.ledger_accounts AS debit
        ON debit.tenant_id = p_tenant_id AND debit.id = posting.debit_account_id
      LEFT JOIN payments.ledger_accounts AS credit
        ON credit.tenant_id = p_tenant_id AND credit.id = posting.credit_account_id
     WHERE (posting.amount <= 0 OR posting.debit_account_id = posting.credit_account_id
            OR debit.currency IS DISTINCT FROM posting.currency
            OR credit.currency IS DISTINCT FROM posting.currency)
    UNION ALL
    SELECT 'table', 'ledger_postings', 'its guard append_only is missing or off', NULL
     WHERE p_payment_ids IS NULL
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger AS guard
                        WHERE guard.tgrelid = 'payments.ledger_postings'::regclass
                          AND guard.tgname = 'append_only' AND guard.tgenabled IN ('O', 'A'))
    UNION ALL
    SELECT 'table', 'ledger_postings', format('%s may change it', caller.role), NULL
      FROM unnest(ARRAY['payments_definer', 'payments_system', 'payments_api', 'payments_webhook',
                        'payments_worker',
                        'payments_analyst', 'payments_operator']) AS caller (role)
     WHERE p_payment_ids IS NULL
       AND (pg_catalog.has_table_privilege(caller.role, 'payments.ledger_postings',
                                           'UPDATE, DELETE, TRUNCATE')
            OR pg_catalog.has_any_column_privilege(caller.role, 'payments.ledger_postings',
                                                   'UPDATE'))
$$;
COMMENT ON FUNCTION payments.invariant_postings_are_final(uuid, uuid[]) IS
    'Breaches of M11: a posting moves a positive amount between two different accounts of its own '
    'currency and tenant, and nobody can change it afterwards.';
