CREATE OR REPLACE FUNCTION payments.transfers_settle(
    p_tenant_id uuid, p_transfer_ids uuid[], p_provider_ids text[], p_now timestamptz
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_transfers uuid[];
    v_provider_ids text[];
    v_due integer;
BEGIN
    WITH paid AS (
        UPDATE payments.stripe_transfers AS t
           SET status = 'paid', stripe_transfer_id = g.provider_id, paid_at = p_now,
               updated_at = p_now
          FROM unnest((SELECT p_transfer_ids), p_provider_ids) AS g (id, provider_id)
         WHERE t.tenant_id = p_tenant_id AND t.id = g.id
           AND t.status IN ('pending', 'blocked', 'failed')
        RETURNING t.id, t.stripe_transfer_id, t.recipient_type, t.recipient_id, t.amount,
                  t.currency, t.payment_id
    ), named AS (
        INSERT INTO payments.provider_objects (provider_id, tenant_id, object_type, object_id,
                                               created_at)
        SELECT p.stripe_transfer_id, p_tenant_id, 'transfer', p.id, p_now FROM paid AS p
        ON CONFLICT (provider_id) DO NOTHING
        RETURNING object_id
    ), posted AS (
        INSERT INTO payments.ledger_postings
            (tenant_id, id, debit_account_id, credit_account_id, amount, currency, cause_type,
             cause_id, leg, payment_id, posted_at)
        SELECT p_tenant_id, payments.id_derive(p_tenant_id, 'posting', 'transfer', p.id::text),
               payments.ledger_account_id(p_tenant_id, 'payee_payable', p.recipient_type,
                                          p.recipient_id, p.currency),
               payments.ledger_account_id(p_tenant_id, 'provider_clearing', '', '', p.currency),
               p.amount, p.currency, 'transfer', p.id, 'paid', p.payment_id, p_now
          FROM paid AS p
    )
    SELECT array_agg(p.id), array_agg(p.stripe_transfer_id) INTO v_transfers, v_provider_ids
      FROM paid AS p
     WHERE NOT EXISTS (SELECT FROM named AS n WHERE n.object_id = p.id);
    -- Known ids are ours from an earlier look, or not ours at all: that is refused.
    PERFORM payments.provider_object_claim(p_tenant_id, g.provider_id, 'transfer', g.id, p_now)
       FROM unnest(v_transfers, v_provider_ids) AS g (id, provider_id);
    SELECT coalesce(sum(payments.reversals_enqueue(p_tenant_id, w.transfer_id, p_now)), 0)
      INTO v_due
      FROM (SELECT DISTINCT r.transfer_id FROM payments.transfer_reversals AS r
             WHERE r.tenant_id = p_tenant_id AND r.transfer_id = ANY (p_transfer_ids)
               AND r.status = 'waiting'
             ORDER BY r.transfer_id) AS w;
    RETURN v_due;
END
$$;
COMMENT ON FUNCTION payments.transfers_settle(uuid, uuid[], text[], timestamptz) IS
    'Marks transfers as paid by the given Stripe transfers and posts each, once; reversals that '
    'waited for them start. Returns how many operations became due. Raises PY033 when a Stripe id '
    'is another row''s.';
