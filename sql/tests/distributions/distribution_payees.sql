BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(5);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT open_account(tenant_b(), 'venue', 'v1');
CREATE FUNCTION pg_temp.part(p_account text, p_amount bigint, p_type text, p_id text) RETURNS jsonb
    LANGUAGE sql
AS $$ SELECT jsonb_build_object('stripeAccountId', p_account, 'amount', p_amount, 'recipientType',
                                p_type, 'recipientId', p_id) $$;
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(
    payments.distribution_payees(tenant_a(),
                                 jsonb_build_array(pg_temp.part('acct_v1_aaaaaaaa', 5, 'venue',
                                     'v1'), pg_temp.part('acct_a1_aaaaaaaa', 7, 'artist', 'a1'))),
    jsonb_build_array(jsonb_build_object('accountId', account_of(tenant_a(), 'v1'), 'amount', 5),
                      jsonb_build_object('accountId', account_of(tenant_a(), 'a1'), 'amount', 7)),
    'each part finds its payee');
SELECT throws_ok(
    $$ SELECT payments.distribution_payees(tenant_a(),
                                           jsonb_build_array(
                                               pg_temp.part('acct_v1_bbbbbbbb', 5, 'venue',
                                                            'v1'))) $$, 'PY024', NULL,
    'another tenant''s account is none');
SELECT throws_ok(
    $$ SELECT payments.distribution_payees(tenant_a(),
                                           jsonb_build_array(
                                               pg_temp.part('acct_v1_aaaaaaaa', 5, 'artist',
                                                            'a1'))) $$, 'PY024', NULL,
    'an account of another recipient is none');
SELECT throws_ok(
    $$ SELECT payments.distribution_payees(tenant_a(),
                                           jsonb_build_array(
                                               pg_temp.part('acct_nobody', 5, 'venue', 'v1'))) $$,
    'PY024', NULL, 'an unknown account is none');
SELECT throws_ok(
    $$ SELECT payments.distribution_payees(tenant_a(),
                                           jsonb_build_array(
                                               pg_temp.part('acct_v1_aaaaaaaa', 5, 'venue', 'v1'),
                                               pg_temp.part('acct_v1_aaaaaaaa', 6, 'venue',
                                                            'v1'))) $$, 'PY023', NULL,
    'a payee named twice is refused');

SELECT * FROM finish();
ROLLBACK;
