CREATE OR REPLACE FUNCTION payments.transfer_refused(
    p_operation payments.stripe_operations, p_verdict text, p_now timestamptz
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_account record;
    v_due integer := 0;
BEGIN
    IF p_verdict <> 'retry' THEN
        UPDATE payments.stripe_transfers AS t
           SET status = CASE p_verdict WHEN 'hold' THEN 'blocked' ELSE 'failed' END,
               updated_at = p_now
         WHERE t.tenant_id = p_operation.tenant_id AND t.id = p_operation.subject_id;
    END IF;
    IF p_verdict = 'hold' THEN
        -- Our picture of the account is out of date: read it. It releases the hold when Stripe says
        -- active.
        SELECT a.id, a.stripe_account_id INTO v_account
          FROM payments.stripe_transfers AS t
          JOIN payments.connected_accounts AS a ON a.tenant_id = p_operation.tenant_id
           AND a.id = t.connected_account_id
         WHERE t.tenant_id = p_operation.tenant_id AND t.id = p_operation.subject_id;
        v_due := payments.fetch_enqueue(
            p_operation.tenant_id, NULL, v_account.id, 'accounts', v_account.stripe_account_id,
            p_operation.id || ':' || p_operation.generation);
    END IF;
    RETURN v_due + payments.reversals_deduct_unsent(p_operation.tenant_id, p_operation.subject_id,
                                                    p_now);
END
$$;
COMMENT ON FUNCTION payments.transfer_refused(payments.stripe_operations, text, timestamptz) IS
    'What a definite refusal means for a transfer whose payment is locked: blocked or failed as '
    'the verdict says, and smaller by what was to come back from it. Returns how many operations '
    'became due.';
