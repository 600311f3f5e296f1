CREATE OR REPLACE FUNCTION payments.refund_undo(p_refund payments.payment_refunds,
                                                p_now timestamptz) RETURNS integer
LANGUAGE sql VOLATILE SET search_path = payments, pg_temp
AS $$
    SELECT payments.clawback_undo(p_refund.tenant_id, p_refund.payment_id, 'refund_failure',
                                  p_refund.id, p_refund.amount,
                                  'provider_clearing', p_now)
         + payments.dispute_losses_allocate(p_refund.tenant_id, p_refund.payment_id, p_now)
$$;
COMMENT ON FUNCTION payments.refund_undo(payments.payment_refunds, timestamptz) IS
    'A refund that had been accepted has failed: its money is back on the platform, so each '
    'recipient is credited again and each payee paid again, once; a loss that the refund had left '
    'no room for is shared out now. Returns how many operations became due.';
