BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(4);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_a(), k) FROM unnest(ARRAY['k1', 'k2']) AS k;
SELECT enter(tenant_a());
SELECT unchecked($$
    UPDATE payments.payment_splits SET amount = amount + 1 WHERE recipient_type = 'platform'
$$);
SET LOCAL ROLE payments_definer;
SELECT payments.violations_record(tenant_a(), ARRAY[pay('k1')], clock());
SELECT set_eq('SELECT payment_id, invariant, object_id FROM payments.violations_found',
              $$ VALUES (pay('k1'), 'M03', pay('k1')::text), (pay('k1'), 'M04', pay('k1')::text) $$,
              'what is broken is kept, of the payments looked at');
SELECT remember(), payments.violations_record(tenant_a(), ARRAY[pay('k1')],
                                              clock() + interval '1 hour');
SELECT unchanged('found again it is the same, since the first time');
SELECT payments.violations_record(tenant_a(), ARRAY[pay('k1'), pay('k2')], clock());
SELECT is((SELECT count(*) FROM payments.violations_found), 4::bigint,
          'another payment''s are kept beside it');
SELECT payments.violations_record(tenant_a(), '{}', clock());
SELECT is_empty('SELECT 1 FROM payments.violations_found',
                'what is not broken any more is forgotten');

SELECT * FROM finish();
ROLLBACK;
