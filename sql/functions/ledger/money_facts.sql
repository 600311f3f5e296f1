-- From the ledger and nothing else: what the books do not say, no report says.
CREATE OR REPLACE FUNCTION payments.money_facts(p_tenant_id uuid, p_period tstzrange)
RETURNS TABLE (payment_id uuid, cause_type text, posted_at timestamptz, currency text,
               recipient_type text, recipient_id text,
               gross bigint, refunded bigint, disputed bigint, fees bigint)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT g.payment_id, g.cause_type, g.posted_at, g.currency,
           coalesce(nullif(a.recipient_type, ''), 'platform'), a.recipient_id,
           CASE WHEN g.cause_type = 'capture' THEN g.amount WHEN g.cause_type <> 'distribution'
               THEN 0 WHEN x.is_debit THEN -g.amount ELSE g.amount END,
           CASE g.cause_type WHEN 'refund' THEN g.amount WHEN 'refund_failure' THEN -g.amount
               ELSE 0 END,
           CASE g.cause_type WHEN 'dispute' THEN g.amount WHEN 'dispute_won' THEN -g.amount
               ELSE 0 END,
           CASE WHEN g.cause_type NOT IN ('provider_fee', 'dispute_fee') THEN 0 WHEN x.is_debit
               THEN g.amount ELSE -g.amount END
      FROM payments.ledger_postings AS g
     CROSS JOIN LATERAL (VALUES (g.debit_account_id, true), (g.credit_account_id, false))
           AS x (account_id, is_debit)
      JOIN payments.ledger_accounts AS a ON a.tenant_id = p_tenant_id AND a.id = x.account_id
     WHERE g.tenant_id = p_tenant_id AND g.posted_at >= lower(p_period)
       AND g.posted_at < upper(p_period)
       AND CASE WHEN g.cause_type IN ('capture', 'refund_failure', 'dispute_won')
           THEN NOT x.is_debit
                WHEN g.cause_type IN ('refund', 'dispute') THEN x.is_debit
                WHEN g.cause_type = 'distribution' THEN true
                WHEN g.cause_type IN ('provider_fee', 'dispute_fee')
                    THEN a.kind = 'provider_fees' END
$$;
COMMENT ON FUNCTION payments.money_facts(uuid, tstzrange) IS
    'What a tenant''s postings of a period say of income, one row per posting and the recipient it '
    'concerns, in minor units: captured shares (a distribution later moves the platform''s to a '
    'payee), shares refunded (negative: a refund failed), shares of lost disputes (negative: one '
    'was won late, or a refund took its place), fees of Stripe (the platform''s).';
