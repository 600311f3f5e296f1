CREATE OR REPLACE FUNCTION payments.dispute_apply(
    p_payment payments.payment_transactions, p_object jsonb, p_now timestamptz
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_id CONSTANT uuid := payments.id_derive(p_payment.tenant_id, 'dispute', p_object ->> 'id');
    v_due integer := 0;
BEGIN
    INSERT INTO payments.disputes AS d
        (tenant_id, id, payment_id, stripe_dispute_id, amount, currency, status, reason,
         evidence_due_by, submission_count, created_at, updated_at)
    VALUES (p_payment.tenant_id, v_id, p_payment.id, p_object ->> 'id',
            (p_object ->> 'amount')::bigint, p_payment.currency,
            p_object ->> 'status', p_object ->> 'reason',
            payments.from_epoch(p_object #>> '{evidence_details,due_by}'),
            coalesce((p_object #>> '{evidence_details,submission_count}')::integer, 0), p_now,
            p_now)
    ON CONFLICT (tenant_id, id) DO UPDATE
        SET status = CASE
            WHEN payments.dispute_rank(excluded.status) > payments.dispute_rank(d.status)
                THEN excluded.status ELSE d.status END,
            amount = excluded.amount, reason = excluded.reason, updated_at = p_now,
            evidence_due_by = coalesce(excluded.evidence_due_by, d.evidence_due_by),
            submission_count = greatest(excluded.submission_count, d.submission_count)
        WHERE payments.dispute_rank(excluded.status) > payments.dispute_rank(d.status)
           OR excluded.submission_count > d.submission_count;
    -- The fee for countering is not among the dispute's own balance transactions: it has to be
    -- asked for.
    IF FOUND AND (p_object #>> '{evidence_details,submission_count}')::integer > 0 THEN
        v_due := payments.dispute_money_fetch(p_payment.tenant_id, p_payment.id, v_id, p_object);
    END IF;
    PERFORM payments.dispute_money_post(p_payment, v_id, p_object, p_now);
    v_due := v_due + payments.reviews_close_disputed(p_payment.tenant_id, p_payment.id, p_now);
    RETURN v_due + payments.disputes_settle(p_payment.tenant_id, p_payment.id, p_now);
END
$$;
COMMENT ON FUNCTION payments.dispute_apply(payments.payment_transactions, jsonb, timestamptz) IS
    'Applies a dispute as Stripe shows it to a locked payment: status forward only, every balance '
    'transaction posted once, then freeze, loss or release. Returns how many operations became '
    'due.';
