-- From the ledger and nothing else: what the books do not say, no report says.
CREATE OR REPLACE FUNCTION payments.money_facts(p_tenant_id uuid, p_period tstzrange)
RETURNS TABLE (payment_id uuid, cause_type text, posted_at timestamptz, currency text,
               recipient_type text, recipient_id text,
               gross bigint, refunded bigint, disputed bigint, fees bigint)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT posting.payment_id, posting.cause_type, posting.posted_at, posting.currency,
           coalesce(nullif(account.recipient_type, ''), 'platform'), account.recipient_id,
           CASE WHEN posting.cause_type = 'capture' THEN posting.amount
                WHEN posting.cause_type <> 'distribution' THEN 0
                WHEN side.is_debit THEN -posting.amount ELSE posting.amount END,
           CASE posting.cause_type WHEN 'refund' THEN posting.amount
                                   WHEN 'refund_failure' THEN -posting.amount ELSE 0 END,
           CASE posting.cause_type WHEN 'dispute' THEN posting.amount
                                   WHEN 'dispute_won' THEN -posting.amount ELSE 0 END,
           CASE WHEN posting.cause_type NOT IN ('provider_fee', 'dispute_fee') THEN 0
                WHEN side.is_debit THEN posting.amount ELSE -posting.amount END
      FROM payments.ledger_postings AS posting
     CROSS JOIN LATERAL (VALUES (posting.debit_account_id, true),
                                (posting.credit_account_id, false))
           AS side (account_id, is_debit)
      JOIN payments.ledger_accounts AS account
        ON account.tenant_id = p_tenant_id AND account.id = side.account_id
     WHERE posting.tenant_id = p_tenant_id AND posting.posted_at >= lower(p_period)
       AND posting.posted_at < upper(p_period)
       AND CASE WHEN posting.cause_type IN ('capture', 'refund_failure', 'dispute_won')
                    THEN NOT side.is_debit
                WHEN posting.cause_type IN ('refund', 'dispute') THEN side.is_debit
                WHEN posting.cause_type = 'distribution' THEN true
                WHEN posting.cause_type IN ('provider_fee', 'dispute_fee')
                    THEN account.kind = 'provider_fees' END
$$;
COMMENT ON FUNCTION payments.money_facts(uuid, tstzrange) IS
    'What a tenant''s postings of a period say of income, one row per posting and the recipient it '
    'concerns, in minor units: captured shares (a distribution later moves the platform''s to a '
    'payee), shares refunded (negative: a refund failed), shares of lost disputes (negative: one '
    'was won late, or a refund took its place), fees of Stripe (the platform''s).';
