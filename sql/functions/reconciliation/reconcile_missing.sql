CREATE OR REPLACE FUNCTION payments.reconcile_missing(p_tenant_id uuid, p_run jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    -- Stripe made the object after the operation was written and before it was finished: within the
    -- run's days for sure.
    PERFORM payments.discrepancy_note(p_tenant_id, 'platform', 'missing_at_provider', o.kind,
                                      o.provider_id, o.subject_id, NULL,
               concat_ws(' ', o.request #>> '{params,amount}', o.request #>> '{params,currency}',
                         'operation', o.id),
               CASE WHEN o.kind IN ('transfer', 'refund') THEN 1 WHEN o.kind = 'reversal' THEN -1
                                      ELSE 0 END
                   * coalesce((o.request #>> '{params,amount}')::bigint, 0),
               coalesce(o.request #>> '{params,currency}', p.currency), o.created_at)
      FROM payments.stripe_operations AS o
      LEFT JOIN payments.payment_transactions AS p ON p.tenant_id = p_tenant_id
       AND p.id = o.payment_id
     WHERE o.tenant_id = p_tenant_id AND o.state = 'succeeded' AND o.provider_id IS NOT NULL
       AND o.kind IN ('intent', 'transfer', 'refund', 'reversal', 'account')
       AND o.created_at >= (p_run ->> 'since')::timestamptz
       AND o.finished_at < (p_run ->> 'settledBefore')::timestamptz
       AND NOT EXISTS (SELECT FROM payments.reconciliation_sightings AS s
                        WHERE s.tenant_id = p_tenant_id AND s.run_id = (p_run ->> 'id')::uuid
                          AND s.provider_id = o.provider_id)
       AND NOT EXISTS (SELECT FROM payments.reconciliation_sightings AS s
                        WHERE s.tenant_id = p_tenant_id AND s.run_id = (p_run ->> 'id')::uuid
                          AND s.source_id = o.provider_id)
     ORDER BY o.id;
END
$$;
COMMENT ON FUNCTION payments.reconcile_missing(uuid, jsonb) IS
    'Notes every operation that succeeded in the days of a run and whose object the run did not '
    'see at Stripe.';
