CREATE OR REPLACE FUNCTION payments.violations_record(p_tenant_id uuid, p_payment_ids uuid[],
                                                      p_now timestamptz) RETURNS void
LANGUAGE sql VOLATILE SET search_path = payments, pg_temp
AS $$
    WITH breaches AS MATERIALIZED (
        SELECT payments.id_derive(p_tenant_id, 'violation', breach.payment_id::text,
                                  breach.invariant,
                                  breach.object_type, breach.object_id) AS id, breach.*
          FROM payments.violations_all(p_tenant_id, p_payment_ids) AS breach
    ), mended AS (
        DELETE FROM payments.violations_found AS found
         WHERE found.tenant_id = p_tenant_id AND found.id NOT IN (SELECT breaches.id FROM breaches)
    )
    INSERT INTO payments.violations_found
           AS found (tenant_id, id, payment_id, invariant, object_type, object_id, detail, found_at)
    SELECT DISTINCT ON (breaches.id) p_tenant_id, breaches.id, breaches.payment_id,
           breaches.invariant, breaches.object_type, breaches.object_id, breaches.detail, p_now
      FROM breaches
     ORDER BY breaches.id, breaches.detail
    ON CONFLICT (tenant_id, id) DO UPDATE SET detail = excluded.detail
$$;
COMMENT ON FUNCTION payments.violations_record(uuid, uuid[], timestamptz) IS
    'Keeps what breaks an invariant among these payments, which must include those of everything '
    'kept before; forgets the rest.';
