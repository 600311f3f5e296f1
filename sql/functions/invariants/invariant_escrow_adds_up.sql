CREATE OR REPLACE FUNCTION payments.invariant_escrow_adds_up(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'escrow', escrow.id::text,
           format('%s: held %s, released %s, refunded %s of %s', escrow.status, escrow.held_amount,
                  escrow.released_amount, escrow.refunded_amount, escrow.amount), named.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS named (id)
      JOIN payments.escrows AS escrow
        ON escrow.tenant_id = p_tenant_id AND escrow.payment_id = named.id
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(escrow_event.amount)
                        FILTER (WHERE escrow_event.event = 'released'), 0) AS released,
               coalesce(sum(CASE escrow_event.event WHEN 'refunded' THEN escrow_event.amount
                            WHEN 'returned' THEN -escrow_event.amount END), 0) AS refunded
          FROM payments.escrow_events AS escrow_event
         WHERE escrow_event.tenant_id = p_tenant_id
           AND escrow_event.escrow_id = escrow.id) AS history
     WHERE (escrow.held_amount + escrow.released_amount + escrow.refunded_amount <> escrow.amount
            OR history.released <> escrow.released_amount
            OR history.refunded <> escrow.refunded_amount
            OR (escrow.held_amount > 0
                AND (escrow.status = 'disputed') <> payments.payment_frozen(p_tenant_id, named.id)))
    UNION ALL
    SELECT 'escrow', release.escrow_id::text,
           format('released %s, transferred %s, netted %s', release.amount, sent.amount,
                  netted.amount), named.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS named (id)
      JOIN payments.escrows AS escrow
        ON escrow.tenant_id = p_tenant_id AND escrow.payment_id = named.id
      JOIN payments.escrow_events AS release
        ON release.tenant_id = p_tenant_id AND release.escrow_id = escrow.id
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(transfer.amount), 0) AS amount
          FROM payments.stripe_transfers AS transfer
         WHERE transfer.tenant_id = p_tenant_id AND transfer.payment_id = named.id
           AND transfer.cause_id = release.id
           AND transfer.purpose = 'release') AS sent
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(netting.amount), 0) AS amount
          FROM payments.receivable_nettings AS netting
         WHERE netting.tenant_id = p_tenant_id AND netting.payment_id = named.id
           AND netting.cause_id = release.id) AS netted
     WHERE release.event = 'released' AND sent.amount + netted.amount <> release.amount
$$;
COMMENT ON FUNCTION payments.invariant_escrow_adds_up(uuid, uuid[]) IS
    'Breaches of M28: an escrow adds up, as its history does, holds still while a dispute is open '
    'and only then, and each of its releases has one transfer or was netted.';
