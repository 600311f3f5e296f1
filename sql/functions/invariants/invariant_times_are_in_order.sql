CREATE OR REPLACE FUNCTION payments.invariant_times_are_in_order(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT x.object_type, x.id::text, format('created %s, then %s', x.created_at, x.later_at), c.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS c (id)
     CROSS JOIN LATERAL (
        SELECT 'payment' AS object_type, p.id, p.created_at,
               least(p.updated_at, p.settled_at) AS later_at
          FROM payments.payment_transactions AS p WHERE p.tenant_id = p_tenant_id AND p.id = c.id
        UNION ALL SELECT 'transfer', t.id, t.created_at, least(t.updated_at, t.paid_at)
          FROM payments.stripe_transfers AS t WHERE t.tenant_id = p_tenant_id
           AND t.payment_id = c.id
        UNION ALL SELECT 'refund', r.id, r.created_at, least(r.updated_at, r.accepted_at)
          FROM payments.payment_refunds AS r WHERE r.tenant_id = p_tenant_id AND r.payment_id = c.id
        UNION ALL SELECT 'operation', o.id, o.created_at,
              least(o.updated_at, o.first_sent_at, o.finished_at)
          FROM payments.stripe_operations AS o WHERE o.tenant_id = p_tenant_id
           AND o.payment_id = c.id) AS x
     -- A transaction notes the time before it waits for a lock: what it then changes can be younger
     -- by that wait.
     WHERE x.later_at < x.created_at - interval '1 minute'
$$;
COMMENT ON FUNCTION payments.invariant_times_are_in_order(uuid, uuid[]) IS
    'Breaches of M26: nothing happened to a row before it was made. That leases and due times are '
    'the database''s is proven in tests/faults/test_worker.py.';
