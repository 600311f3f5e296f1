-- Asked for at the ages p_patience × 1, 2, 4, 8 …: a cart that nobody pays is looked at a dozen
-- times in its life, and no row has to remember when.
CREATE OR REPLACE FUNCTION api.unsettled_objects_fetch(
    p_tenant_id uuid, p_patience_seconds numeric, p_every_seconds numeric, p_limit integer
) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_asked integer;
BEGIN
    PERFORM payments.tenant_enter(p_tenant_id);
    SELECT coalesce(
        sum(payments.fetch_enqueue(p_tenant_id, s.payment_id, s.subject_id, s.resource, s.target,
                                   s.cause)), 0)
      INTO v_asked
      FROM (SELECT u.payment_id, u.subject_id, u.resource, u.target, u.cause
              FROM payments.unsettled_objects(p_tenant_id, p_patience_seconds, p_every_seconds) AS u
             WHERE NOT EXISTS (SELECT FROM payments.stripe_operations AS o
                                WHERE o.tenant_id = p_tenant_id
                                  AND o.id = payments.id_derive(p_tenant_id, 'fetch', u.resource,
                                      u.target, u.cause))
             LIMIT p_limit) AS s;
    RETURN v_asked;
END
$$;
COMMENT ON FUNCTION api.unsettled_objects_fetch(uuid, numeric, numeric, integer) IS
    'Has at most p_limit payments, refunds and disputes that stay unsettled longer than '
    'p_patience_seconds read from Stripe; to be called every p_every_seconds. Returns how many '
    'reads became due. Raises PY001, PY002.';
