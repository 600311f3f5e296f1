CREATE OR REPLACE FUNCTION payments.clawback_transfers(
    p_tenant_id uuid, p_payment_id uuid, p_recipient_type text, p_recipient_id text, p_amount bigint
) RETURNS TABLE (transfer_id uuid, amount bigint, unsent boolean)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.payees_lock(p_tenant_id, ARRAY(
        SELECT a.id FROM payments.connected_accounts AS a
         WHERE a.tenant_id = p_tenant_id AND a.recipient_type = p_recipient_type
           AND a.recipient_id = p_recipient_id));
    RETURN QUERY
    WITH sent AS MATERIALIZED (
        SELECT t.id, t.created_at, t.amount - t.amount_reversed - t.amount_reversal_pending AS open,
               t.amount_reversed + t.amount_reversal_pending = 0 AS whole,
               o.state IN ('ready', 'failed') AND o.first_sent_at IS NULL AS unsent
          FROM payments.stripe_transfers AS t
          -- Their payment, too: by it the calls are few, and sorting them reads no other's.
          JOIN payments.stripe_operations AS o ON o.tenant_id = p_tenant_id
           AND o.payment_id = p_payment_id AND o.subject_id = t.id AND o.kind = 'transfer'
         WHERE t.tenant_id = p_tenant_id AND t.payment_id = p_payment_id
           AND t.recipient_type = p_recipient_type AND t.recipient_id = p_recipient_id
           AND t.status NOT IN ('canceled', 'reversed')
         ORDER BY o.id FOR NO KEY UPDATE OF o
    ), ranked AS (
        -- Unsent first: money that has not gone out need not come back. Then the newest.
        SELECT s.*, row_number() OVER w AS place, p_amount - sum(s.open) OVER w + s.open AS wanted
          FROM sent AS s WINDOW w AS (ORDER BY s.unsent DESC, s.created_at DESC, s.id)
    )
    SELECT r.id, least(r.open, r.wanted)::bigint, r.unsent AND r.whole
      FROM ranked AS r WHERE r.open > 0 AND r.wanted > 0 ORDER BY r.place;
END
$$;
COMMENT ON FUNCTION payments.clawback_transfers(uuid, uuid, text, text, bigint) IS
    'From which transfers of a payment a payee gives an amount back, how much each (minor units), '
    'and whether it can still be made smaller instead of being reversed; payee and calls are '
    'locked. Less in all than asked: no transfer covers the rest.';
