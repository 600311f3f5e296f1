BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(9);
SELECT open_account(t, 'venue', 'v1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT open_account(t, 'artist', 'a1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_a(), 'k');
SELECT settled_payment(tenant_b(), 'k');
SELECT enter(NULL);
SET LOCAL ROLE payments_worker;

SELECT is_empty('SELECT * FROM api.ledger_rollups_due(10)',
                'postings of a transaction that still runs are not due');
SELECT unchecked($$ UPDATE payments.ledger_postings SET posted_xid = '5' $$);
SELECT set_eq('SELECT * FROM api.ledger_rollups_due(10)', 'VALUES (tenant_a()), (tenant_b())',
    'every tenant with finished postings is due, across tenants, and only its id is told');
SELECT is((SELECT count(*) FROM api.ledger_rollups_due(1)), 1::bigint,
          'no more are named than asked for');
SELECT is_empty('SELECT * FROM api.ledger_rollups_due(0)', 'asked for none, none is named');
SELECT is(api.ledger_rollup(tenant_a()), 3::bigint, 'one of them is folded');
SELECT set_eq('SELECT * FROM api.ledger_rollups_due(10)', 'VALUES (tenant_b())',
              'the tenant folded is not due any more');
SELECT is(coalesce(current_setting('app.current_tenant_id', true), ''), tenant_a()::text,
          'asking enters no other tenant');
SET LOCAL ROLE payments_api;
SELECT throws_ok('SELECT * FROM api.ledger_rollups_due(10)', '42501', NULL,
                 'the API may not look across tenants');
SET LOCAL ROLE payments_definer;
SELECT throws_ok('SELECT * FROM api.ledger_rollups_due(10)', '42501', NULL,
                 'the tenants'' own functions may not either');

SELECT * FROM finish();
ROLLBACK;
