CREATE OR REPLACE FUNCTION payments.clawback_snapshot(p_tenant_id uuid, p_payment_id uuid)
RETURNS void
LANGUAGE sql VOLATILE SET search_path = payments, pg_temp
AS $$
    INSERT INTO payments.clawback_snapshots
           AS b (tenant_id, payment_id, recipient_type, recipient_id, amount, currency)
    SELECT p_tenant_id, p_payment_id, g.recipient_type, g.recipient_id, sum(g.amount), g.currency
      FROM payments.clawback_shares AS g
     WHERE g.tenant_id = p_tenant_id AND g.payment_id = p_payment_id
     GROUP BY g.recipient_type, g.recipient_id, g.currency
    ON CONFLICT (tenant_id, payment_id, recipient_type, recipient_id) DO UPDATE
       SET amount = excluded.amount
$$;
COMMENT ON FUNCTION payments.clawback_snapshot(uuid, uuid) IS
    'Notes what each recipient of a locked payment has given back so far, before its shares '
    'change: it stays theirs.';
