CREATE OR REPLACE FUNCTION payments.reconcile_missing(p_tenant_id uuid, p_run jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    -- Stripe made the object after the operation was written and before it was finished: within the
    -- run's days for sure.
    PERFORM payments.discrepancy_note(
        p_tenant_id, 'platform', 'missing_at_provider', operation.kind, operation.provider_id,
        operation.subject_id, NULL,
        concat_ws(' ', said.amount, said.currency, 'operation', operation.id),
        CASE WHEN operation.kind IN ('transfer', 'refund') THEN 1
             WHEN operation.kind = 'reversal' THEN -1 ELSE 0 END
            * coalesce(said.amount::bigint, 0),
        coalesce(said.currency, payment.currency), operation.created_at)
      FROM payments.stripe_operations AS operation
      LEFT JOIN payments.payment_transactions AS payment
        ON payment.tenant_id = p_tenant_id AND payment.id = operation.payment_id
     CROSS JOIN LATERAL (SELECT operation.request #>> '{params,amount}',
                                operation.request #>> '{params,currency}')
           AS said (amount, currency)
     WHERE operation.tenant_id = p_tenant_id AND operation.state = 'succeeded'
       AND operation.provider_id IS NOT NULL
       AND operation.kind IN ('intent', 'transfer', 'refund', 'reversal', 'account')
       AND operation.created_at >= (p_run ->> 'since')::timestamptz
       AND operation.finished_at < (p_run ->> 'settledBefore')::timestamptz
       AND NOT EXISTS (SELECT FROM payments.reconciliation_sightings AS sighting
                        WHERE sighting.tenant_id = p_tenant_id
                          AND sighting.run_id = (p_run ->> 'id')::uuid
                          AND sighting.provider_id = operation.provider_id)
       AND NOT EXISTS (SELECT FROM payments.reconciliation_sightings AS sighting
                        WHERE sighting.tenant_id = p_tenant_id
                          AND sighting.run_id = (p_run ->> 'id')::uuid
                          AND sighting.source_id = operation.provider_id)
     ORDER BY operation.id;
END
$$;
COMMENT ON FUNCTION payments.reconcile_missing(uuid, jsonb) IS
    'Notes every operation that succeeded in the days of a run and whose object the run did not '
    'see at Stripe.';
