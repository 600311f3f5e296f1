BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(2);
SET LOCAL ROLE payments_api;
SELECT is(api.violations_total(), 0::bigint, 'there is none');
RESET ROLE;
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(t, 'k1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
CREATE FUNCTION pg_temp.plant(p_tenant uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    PERFORM enter(p_tenant);
    INSERT INTO payments.violations_found (tenant_id, id, payment_id, invariant, object_type,
                                           object_id, detail, found_at)
    VALUES (p_tenant, gen_random_uuid(), payment_of(p_tenant, 'k1'), 'M03', 'payment', 'x',
            'planted', clock()); END $$;
SELECT pg_temp.plant(tenant_a()), pg_temp.plant(tenant_b());
SELECT enter(NULL);
SET LOCAL ROLE payments_api;
SELECT is(api.violations_total(), 2::bigint,
          'those of every tenant are counted, without one entered');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
