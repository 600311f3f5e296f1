-- What was lost to banks and what was refunded may together exceed the capture (a bank takes all of
-- a payment that was partly refunded); recipients give back the capture at most. So the losses get
-- what refunds leave of it, whichever was first.
CREATE OR REPLACE FUNCTION payments.dispute_losses_allocate(
    p_tenant_id uuid, p_payment_id uuid, p_now timestamptz
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_room bigint;
    v_delta bigint;
    v_cause_id uuid;
BEGIN
    -- A refund on its way may still be accepted: what it reserved is not shared out a second time.
    SELECT p.amount_captured - p.amount_refunded - p.amount_refund_pending INTO v_room
      FROM payments.payment_transactions AS p
     WHERE p.tenant_id = p_tenant_id AND p.id = p_payment_id;
    v_cause_id := coalesce((SELECT d.id FROM payments.disputes AS d
                             WHERE d.tenant_id = p_tenant_id AND d.payment_id = p_payment_id
                               AND d.status = 'lost' AND d.allocated_at IS NULL
                             ORDER BY d.id LIMIT 1),
        payments.id_derive(p_tenant_id, 'loss', p_payment_id::text, (
            SELECT count(*) FROM payments.clawback_shares AS g
             WHERE g.tenant_id = p_tenant_id AND g.payment_id = p_payment_id)::text));
    WITH loss AS (
        SELECT d.id, d.allocated_amount AS was,
               CASE d.status WHEN 'lost' THEN d.amount ELSE 0 END AS amount
          FROM payments.disputes AS d
         WHERE d.tenant_id = p_tenant_id AND d.payment_id = p_payment_id
           AND (d.status = 'lost' OR d.allocated_at IS NOT NULL)
    ), part AS (
        SELECT l.id, l.was, greatest(0, least(
                   l.amount, v_room - sum(l.amount) OVER (ORDER BY l.id) + l.amount
               ))::bigint AS amount
          FROM loss AS l
    ), kept AS (
        UPDATE payments.disputes AS d
           SET allocated_at = coalesce(d.allocated_at, p_now), allocated_amount = a.amount
          FROM part AS a WHERE d.tenant_id = p_tenant_id AND d.id = a.id
           AND (d.allocated_at IS NULL OR a.amount <> a.was)
    )
    SELECT coalesce(sum(a.amount - a.was), 0) INTO v_delta FROM part AS a;
    RETURN CASE
        WHEN v_delta > 0 THEN payments.clawback_apply(
            p_tenant_id, p_payment_id, 'dispute', v_cause_id, v_delta, 'disputes', p_now)
        WHEN v_delta < 0 THEN payments.clawback_undo(
            p_tenant_id, p_payment_id, 'dispute_won', v_cause_id, -v_delta, 'disputes', p_now)
        ELSE 0 END;
END
$$;
COMMENT ON FUNCTION payments.dispute_losses_allocate(uuid, uuid, timestamptz) IS
    'Makes what recipients of a locked, settled payment have given back for lost disputes what it '
    'must be by now: all that was lost, as far as refunds leave room in the capture. Called '
    'whenever either changes. Returns how many operations became due.';
