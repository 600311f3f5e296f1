CREATE OR REPLACE FUNCTION payments.violations_record(p_tenant_id uuid, p_payment_ids uuid[],
                                                      p_now timestamptz) RETURNS void
LANGUAGE sql VOLATILE SET search_path = payments, pg_temp
AS $$
    WITH breaches AS MATERIALIZED (
        SELECT payments.id_derive(p_tenant_id, 'violation', v.payment_id::text, v.invariant,
                                  v.object_type, v.object_id) AS id, v.*
          FROM payments.violations_all(p_tenant_id, p_payment_ids) AS v
    ), mended AS (
        DELETE FROM payments.violations_found AS f
         WHERE f.tenant_id = p_tenant_id AND f.id NOT IN (SELECT b.id FROM breaches AS b)
    )
    INSERT INTO payments.violations_found
           AS f (tenant_id, id, payment_id, invariant, object_type, object_id, detail, found_at)
    SELECT DISTINCT ON (b.id) p_tenant_id, b.id, b.payment_id, b.invariant, b.object_type,
           b.object_id, b.detail, p_now
      FROM breaches AS b
     ORDER BY b.id, b.detail
    ON CONFLICT (tenant_id, id) DO UPDATE SET detail = excluded.detail
$$;
COMMENT ON FUNCTION payments.violations_record(uuid, uuid[], timestamptz) IS
    'Keeps what breaks an invariant among these payments, which must include those of everything '
    'kept before; forgets the rest.';
