BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(3);
CREATE ROLE tap_ana LOGIN IN ROLE payments_analyst;
SELECT ops.tenant_member_add(tenant_a(), 'tap_ana');
SELECT enter(tenant_a());
SELECT payments.discrepancy_note(tenant_a(), 'platform', 'missing_here', 'refund', 're_1', NULL,
                                 '2', NULL, 5, 'usd', to_timestamp(1));
SELECT advance('3 hours');
SELECT payments.discrepancy_note(tenant_a(), 'platform', 'amount_differs', 'transfer', 'tr_1',
                                 pay('k1'), '2', '3', 0, NULL, to_timestamp(1)),
       payments.discrepancy_note(tenant_a(), 'platform', 'amount_differs', 'transfer', 'tr_2', NULL,
                                 '2', '3', 0, NULL, to_timestamp(1));
UPDATE payments.discrepancies SET state = 'closed', ended_at = clock() WHERE provider_id = 'tr_2';
SELECT enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_ana;
SELECT results_eq(
    'SELECT class, provider_id, at_provider, ours, unexplained, currency, age FROM '
    'ops.discrepancies_outstanding(tenant_a())',
    $$ VALUES ('missing_here', 're_1', '2', NULL, 5::bigint, 'usd', interval '3 hours'),
              ('amount_differs', 'tr_1', '2', '3', 0::bigint, NULL, interval '0') $$,
    'what is open, oldest first, with both sides and its age');
SELECT throws_ok('SELECT * FROM ops.discrepancies_outstanding(tenant_b())', 'PY002', NULL,
                 'one tenant at a time');
SELECT enter(NULL);
SELECT throws_ok('SELECT * FROM ops.discrepancies_outstanding(tenant_b())', 'PY070', NULL,
                 'a stranger sees none of it');

SELECT * FROM finish();
ROLLBACK;
