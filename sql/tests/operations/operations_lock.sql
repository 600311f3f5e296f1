BEGIN;
SELECT plan(4);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k');
SELECT keep('call', call_of(pay('k'), 'v1'));
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT lives_ok(
    $$ SELECT payments.operations_lock(tenant_a(), ARRAY[the('call'), the('call')],
                                       ARRAY[the('call')]) $$,
    'operations are locked, named twice too');
SELECT lives_ok($$ SELECT payments.operations_lock(tenant_a(), NULL, '{}') $$, 'none is fine');
SELECT throws_ok(
    $$ SELECT payments.operations_lock(tenant_a(), ARRAY[the('call'), tenant_b()], '{}') $$,
    'PY010', NULL, 'one that is not there refuses all');
SELECT enter(tenant_b());
SELECT throws_ok($$ SELECT payments.operations_lock(tenant_b(), ARRAY[the('call')], '{}') $$,
                 'PY010', NULL, 'another tenant''s operation does not exist');

SELECT * FROM finish();
ROLLBACK;
