CREATE OR REPLACE FUNCTION payments.transfers_unblock(
    p_tenant_id uuid, p_account_id uuid, p_now timestamptz
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_released integer;
BEGIN
    -- An operation that Stripe refused a moment ago keeps its back-off: if Stripe and its account
    -- disagree, we do not race.
    WITH blocked AS MATERIALIZED (
        SELECT o.id, o.subject_id
          FROM payments.stripe_transfers AS t
          JOIN payments.stripe_operations AS o
            ON o.tenant_id = p_tenant_id AND o.subject_id = t.id AND o.kind = 'transfer'
         WHERE t.tenant_id = p_tenant_id AND t.connected_account_id = p_account_id
           AND t.status = 'blocked'
         ORDER BY o.id
           FOR NO KEY UPDATE OF o
    ), released AS (
        UPDATE payments.stripe_operations AS o
           SET holds = array_remove(o.holds, 'payee_blocked'),
               next_run_at = greatest(o.next_run_at, p_now), updated_at = p_now
          FROM blocked AS b
         WHERE o.tenant_id = p_tenant_id AND o.id = b.id
    ), reopened AS (
        UPDATE payments.stripe_transfers AS t SET status = 'pending', updated_at = p_now
          FROM blocked AS b
         WHERE t.tenant_id = p_tenant_id AND t.id = b.subject_id
    )
    SELECT count(*) INTO v_released FROM blocked;
    RETURN v_released;
END
$$;
COMMENT ON FUNCTION payments.transfers_unblock(uuid, uuid, timestamptz) IS
    'Releases the blocked transfers of a payee who can receive now, and returns how many.';
