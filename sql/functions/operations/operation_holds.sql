-- A claimed call carries no hold. Asked whenever one goes back to the queue: a dispute or a review
-- may have begun meanwhile.
CREATE OR REPLACE FUNCTION payments.operation_holds(p_operation payments.stripe_operations)
    RETURNS text[]
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT CASE WHEN p_operation.kind <> 'transfer' THEN p_operation.holds
        ELSE payments.payment_holds(p_operation.tenant_id, p_operation.payment_id) || CASE
            WHEN EXISTS (
                 SELECT FROM payments.stripe_transfers AS t
                  WHERE t.tenant_id = p_operation.tenant_id AND t.id = p_operation.subject_id
                    AND payments.account_reviewed(p_operation.tenant_id, t.connected_account_id))
             THEN ARRAY['payee_review'] ELSE '{}' END END
$$;
COMMENT ON FUNCTION payments.operation_holds(payments.stripe_operations) IS
    'Why an operation may not be sent now, but for a payee who cannot receive: dispute, review, '
    'payee_review; empty when it may. The payment and the payee must be locked, operations_lock.';
