BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(3);
SELECT open_account(t, 'venue', 'v1') FROM unnest(ARRAY[tenant_b(), tenant_a()]) AS t;
SELECT enter(NULL);
SET LOCAL ROLE payments_worker;
SELECT results_eq('SELECT * FROM api.reconcile_accounts(NULL, 9)',
                  $$ VALUES ('acct_v1_aaaaaaaa'), ('acct_v1_bbbbbbbb') $$,
                  'every payee''s account, in order');
SELECT results_eq('SELECT * FROM api.reconcile_accounts(NULL, 1)',
                  $$ VALUES ('acct_v1_aaaaaaaa') $$, 'no more than asked for');
SELECT results_eq($$ SELECT * FROM api.reconcile_accounts('acct_v1_aaaaaaaa', 9) $$,
                  $$ VALUES ('acct_v1_bbbbbbbb') $$, 'the next page starts after the last');

SELECT * FROM finish();
ROLLBACK;
