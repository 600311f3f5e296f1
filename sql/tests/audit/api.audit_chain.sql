-- That a row of an older transaction, committed late, is not lost needs two sessions:
-- tests/concurrency/test_audit.py.
BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(16);
SELECT enter(tenant_a());
CREATE FUNCTION pg_temp.add(p_name text, p_xid xid8) RETURNS void LANGUAGE sql AS $$
    SELECT payments.audit_add(tap_helpers.tenant_a(), gen_random_uuid(), p_name, 'x', NULL,
                              'accepted', NULL, NULL);
    SELECT tap_helpers.unchecked(format(
        'UPDATE payments.audit_log SET recorded_xid = %L WHERE subject = %L', p_xid, p_name));
$$;
CREATE TEMP VIEW chain AS
SELECT l.seq, a.subject, l.row_digest = payments.audit_digest(a) AS row_right,
       l.digest = sha256(coalesce(lag(l.digest) OVER (ORDER BY l.seq),
                                  payments.audit_genesis(l.tenant_id))
                         || l.row_digest) AS link_right
  FROM payments.audit_links AS l JOIN payments.audit_log AS a ON a.tenant_id = l.tenant_id
   AND a.recorded_xid = l.recorded_xid AND a.id = l.audit_id;
SELECT pg_temp.add('first', '5'), pg_temp.add('third', '9'), pg_temp.add('second', '7');
SET LOCAL ROLE payments_worker;
SELECT results_eq($$ SELECT linked, seq FROM api.audit_chain(tenant_a(), 2) $$,
                  $$ VALUES (2, 2::bigint) $$, 'as many rows as asked for are linked');
RESET ROLE;
SELECT results_eq('SELECT * FROM chain ORDER BY seq',
                  $$ VALUES (1::bigint, 'first', true, true), (2, 'second', true, true) $$,
    'in the order of their transactions, each bound to its row and to all before it');
SELECT results_eq($$ SELECT seq, chained_xid FROM payments.audit_heads $$,
                  $$ VALUES (2::bigint, '7'::xid8) $$, 'the head says how far it is');
SET LOCAL ROLE payments_worker;
SELECT results_eq($$ SELECT linked, seq FROM api.audit_chain(tenant_a(), 10) $$,
                  $$ VALUES (1, 3::bigint) $$, 'the rest follows');
SELECT results_eq($$ SELECT linked, seq FROM api.audit_chain(tenant_a(), 10) $$,
                  $$ VALUES (0, 3::bigint) $$, 'and nothing is linked twice');
RESET ROLE;
SELECT is((SELECT digest FROM api.audit_chain(tenant_a(), 10)),
          (SELECT encode(digest, 'hex') FROM payments.audit_links WHERE seq = 3),
          'the end is returned, to be noted elsewhere');
SELECT is(
    (SELECT count(*) FROM payments.audit_log WHERE tenant_id = tenant_a()
        AND recorded_xid = pg_current_xact_id()), 1::bigint,
    'a row of a transaction that still runs');
SELECT is((SELECT count(*) FROM chain WHERE subject = session_user), 0::bigint, 'is not linked');
-- Restored into a younger cluster, where transaction ids start again.
SELECT pg_temp.add('later', '6');
UPDATE payments.audit_heads SET chained_xid = '9000000000000000000';
SET LOCAL ROLE payments_worker;
SELECT results_eq($$ SELECT linked, seq FROM api.audit_chain(tenant_a(), 10) $$,
                  $$ VALUES (1, 4::bigint) $$,
                  'in a younger cluster the rows without a link follow, and no other');
RESET ROLE;
SELECT is_empty('SELECT * FROM chain WHERE (row_right AND link_right) IS NOT TRUE',
                'the chain is whole');
SELECT is_empty('SELECT * FROM payments.audit_breaks(tenant_a())', 'and nothing in it breaks');
SELECT remember();
SELECT throws_ok('SELECT * FROM api.audit_chain(tenant_b(), 10)', 'PY002', NULL,
                 'a second tenant in one transaction is refused');
SELECT throws_ok('UPDATE payments.audit_links SET seq = seq', 'PY060', NULL,
                 'a link is not changed');
SELECT throws_ok('DELETE FROM payments.audit_log', 'PY060', NULL, 'nor a row of the log deleted');
SET LOCAL ROLE payments_api;
SELECT throws_ok('SELECT * FROM api.audit_chain(tenant_a(), 10)', '42501', NULL,
                 'the API does not chain');
RESET ROLE;
SELECT unchanged('none of this changed anything');

SELECT * FROM finish();
ROLLBACK;
