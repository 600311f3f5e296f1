CREATE OR REPLACE FUNCTION payments.payment_freeze(p_tenant_id uuid, p_payment_id uuid, p_frozen boolean, p_now timestamptz)
RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_due integer;
BEGIN
    WITH calls AS MATERIALIZED (
        SELECT o.id FROM payments.stripe_operations AS o
         WHERE o.tenant_id = p_tenant_id AND o.payment_id = p_payment_id AND o.kind = 'transfer'
           AND o.state = 'ready' AND o.first_sent_at IS NULL AND p_frozen <> ('dispute' = ANY (o.holds))
         ORDER BY o.id FOR NO KEY UPDATE
    ), changed AS (
        UPDATE payments.stripe_operations AS o
           SET holds = CASE WHEN p_frozen THEN array_append(o.holds, 'dispute') ELSE array_remove(o.holds, 'dispute') END,
               next_run_at = greatest(o.next_run_at, p_now), updated_at = p_now
          FROM calls AS c WHERE o.tenant_id = p_tenant_id AND o.id = c.id
        RETURNING o.holds
    )
    SELECT count(*) FILTER (WHERE c.holds = '{}') INTO v_due FROM changed AS c;
    UPDATE payments.escrows AS e
       SET status = CASE WHEN p_frozen THEN 'disputed' WHEN e.held_amount = 0 THEN (CASE WHEN e.released_amount > 0 THEN 'released' ELSE 'cancelled' END)
                         WHEN e.released_amount > 0 THEN 'partially_released' ELSE 'held' END, updated_at = p_now
     WHERE e.tenant_id = p_tenant_id AND e.payment_id = p_payment_id
       AND CASE WHEN p_frozen THEN e.status IN ('held', 'partially_released') ELSE e.status = 'disputed' END;
    IF FOUND THEN
        INSERT INTO payments.escrow_events (tenant_id, id, escrow_id, event, reason, actor, happened_at)
        SELECT p_tenant_id, gen_random_uuid(), e.id, CASE WHEN p_frozen THEN 'frozen' ELSE 'unfrozen' END, 'dispute', 'stripe', p_now
          FROM payments.escrows AS e WHERE e.tenant_id = p_tenant_id AND e.payment_id = p_payment_id;
    END IF;
    RETURN v_due;
END
$$;
COMMENT ON FUNCTION payments.payment_freeze(uuid, uuid, boolean, timestamptz) IS
    'Holds (or lets go) what of a payment has not gone out yet: unsent transfers, escrows. Returns how many operations became due.';
