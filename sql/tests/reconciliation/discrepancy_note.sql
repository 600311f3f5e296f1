BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(9);
SELECT stop_clock();
CREATE FUNCTION pg_temp.noted(p_ours text DEFAULT '1') RETURNS text LANGUAGE sql AS $$
    SELECT payments.discrepancy_note(tenant_a(), 'platform', 'amount_differs', 'refund', 're_1',
                                     NULL, '2', p_ours, 0, 'usd', clock());
    SELECT concat_ws('|', d.state, d.ours, clock() - d.opened_at, d.note)
      FROM payments.discrepancies AS d $$;
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(pg_temp.noted(), 'open|1|00:00:00', 'what is found is open, and new');
RESET ROLE; SELECT advance('1 day'); SET LOCAL ROLE payments_definer;
SELECT is(pg_temp.noted('3'), 'open|3|1 day',
          'found again it keeps its age, with the latest figures');
RESET ROLE; SELECT ops.discrepancy_resolve(tenant_a(), d.id, 'agreed')
    FROM payments.discrepancies AS d; SET LOCAL ROLE payments_definer;
SELECT is(pg_temp.noted('3'), 'resolved|3|1 day|agreed', 'explained it stays so');
SELECT is(pg_temp.noted('4'), 'open|4|00:00:00', 'until its figures change');
UPDATE payments.discrepancies SET state = 'closed', ended_at = clock();
RESET ROLE; SELECT advance('1 day'); SET LOCAL ROLE payments_definer;
SELECT is(pg_temp.noted('4'), 'open|4|00:00:00', 'closed and found again it is new');
SELECT is(
    (SELECT count(*) || ' ' || count(ended_at) || ' ' || count(currency)
       FROM payments.discrepancies), '1 0 0', 'one row throughout; without money no currency');
SELECT payments.discrepancy_note(tenant_a(), 'platform', 'missing_here', 'refund', 're_1', NULL,
                                 '2', NULL, 5, 'usd', clock()),
       payments.discrepancy_note(tenant_a(), 'acct_1', 'missing_here', 'refund', 're_1', NULL, '2',
                                 NULL, 5, 'usd', clock());
SELECT is((SELECT count(*) FROM payments.discrepancies), 3::bigint,
          'another class or another account is another item');
SELECT throws_ok(
    $$ SELECT payments.discrepancy_note(tenant_a(), 'platform', 'odd', 'refund', 're_1', NULL, '2',
                                        NULL, 5, 'usd', clock()) $$, '23514', NULL,
    'a class must be one we know');
SELECT throws_ok(
    $$ SELECT payments.discrepancy_note(tenant_b(), 'platform', 'missing_here', 'refund', 're_1',
                                        NULL, '2', NULL, 5, 'usd', clock()) $$, 'PY002', NULL,
    'nothing is noted for another tenant');

SELECT * FROM finish();
ROLLBACK;
