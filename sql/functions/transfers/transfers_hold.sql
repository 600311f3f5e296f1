CREATE OR REPLACE FUNCTION payments.transfers_hold(
    p_tenant_id uuid, p_payment_id uuid, p_account_id uuid, p_hold text, p_held boolean,
    p_now timestamptz
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_due integer;
BEGIN
    -- Leased and not fenced is not sent: the lease ends here, and its worker is turned away at the
    -- fence.
    WITH calls AS MATERIALIZED (
        SELECT o.id FROM payments.stripe_operations AS o
         WHERE o.tenant_id = p_tenant_id AND o.kind = 'transfer' AND o.state IN ('ready', 'leased')
           AND o.first_sent_at IS NULL
           AND p_held <> (p_hold = ANY (o.holds))
           AND CASE WHEN p_payment_id IS NOT NULL THEN o.payment_id = p_payment_id
                    ELSE o.subject_id IN (SELECT t.id FROM payments.stripe_transfers AS t
                                           WHERE t.tenant_id = p_tenant_id
                                             AND t.connected_account_id = p_account_id
                                             AND t.status IN ('pending', 'blocked', 'failed')) END
         ORDER BY o.id FOR NO KEY UPDATE
    ), changed AS (
        UPDATE payments.stripe_operations AS o
           SET state = 'ready', leased_by = NULL,
               holds = CASE WHEN p_held THEN array_append(o.holds, p_hold)
                            ELSE array_remove(o.holds, p_hold) END,
               next_run_at = greatest(o.next_run_at, p_now), updated_at = p_now
          FROM calls AS c WHERE o.tenant_id = p_tenant_id AND o.id = c.id
        RETURNING o.holds
    )
    SELECT count(*) FILTER (WHERE c.holds = '{}') INTO v_due FROM changed AS c;
    RETURN v_due;
END
$$;
COMMENT ON FUNCTION payments.transfers_hold(uuid, uuid, uuid, text, boolean, timestamptz) IS
    'Puts a hold on the unsent transfers of a payment, or of a payee, or takes it off. Returns how '
    'many operations became due.';
