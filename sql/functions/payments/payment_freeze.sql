CREATE OR REPLACE FUNCTION payments.payment_freeze(p_tenant_id uuid, p_payment_id uuid,
                                                   p_frozen boolean, p_now timestamptz)
RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_due integer := payments.transfers_hold(p_tenant_id, p_payment_id, NULL, 'dispute', p_frozen,
                                             p_now);
BEGIN
    UPDATE payments.escrows AS e
       SET status = CASE WHEN p_frozen THEN 'disputed' WHEN e.held_amount = 0
           THEN (CASE WHEN e.released_amount > 0 THEN 'released' ELSE 'canceled' END)
                         WHEN e.released_amount > 0 THEN 'partially_released'
                             ELSE 'held' END, updated_at = p_now
     WHERE e.tenant_id = p_tenant_id AND e.payment_id = p_payment_id
       AND CASE WHEN p_frozen THEN e.status IN ('held', 'partially_released')
           ELSE e.status = 'disputed' END;
    IF FOUND THEN
        INSERT INTO payments.escrow_events (tenant_id, id, escrow_id, event, reason, actor,
                                            happened_at)
        SELECT p_tenant_id, gen_random_uuid(), e.id, CASE WHEN p_frozen THEN 'frozen'
            ELSE 'unfrozen' END, 'dispute', 'stripe', p_now
          FROM payments.escrows AS e WHERE e.tenant_id = p_tenant_id
           AND e.payment_id = p_payment_id;
    END IF;
    RETURN v_due;
END
$$;
COMMENT ON FUNCTION payments.payment_freeze(uuid, uuid, boolean, timestamptz) IS
    'Holds (or lets go) what of a payment has not gone out yet: unsent transfers, escrows. Returns '
    'how many operations became due.';
