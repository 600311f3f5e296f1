BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(13);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1'),
       open_account(tenant_a(), 'seller', 's1');
SELECT settled_payment(tenant_a(), 'k1'), settled_payment(tenant_a(), 'k2', resale()),
       settled_payment(tenant_a(), 'k3', '{"splits": [], "currency": "isk"}');
SELECT keep('d1', gen_random_uuid()), keep('d2', gen_random_uuid());
CREATE FUNCTION pg_temp.make(p_key text, p_id uuid, p_payees jsonb) RETURNS integer LANGUAGE sql
AS $$ SELECT payments.distribution_make(
          payments.payment_lock(tap_helpers.tenant_a(), tap_helpers.pay(p_key)), p_id,
          (SELECT jsonb_agg(jsonb_build_object(
                      'accountId', tap_helpers.account_of(tap_helpers.tenant_a(), e.key),
                      'amount', e.value))
             FROM jsonb_each(p_payees) AS e),
          'ch_' || tap_helpers.pay(p_key), 'svc', tap_helpers.clock()) $$;
SELECT remember();
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT throws_ok($$ SELECT pg_temp.make('k1', the('d1'), '{"v1": 1000, "s1": 501}') $$, 'PY021',
                 NULL, 'more than the platform''s share is refused');
SELECT throws_ok($$ SELECT pg_temp.make('k1', the('d1'), '{"v1": 1500, "s1": 0}') $$, 'PY021',
                 NULL, 'a part of nothing is refused');
SELECT throws_ok($$ SELECT pg_temp.make('k1', the('d1'), '{}') $$, 'PY021', NULL,
                 'so is a distribution to nobody');
SELECT throws_ok($$ SELECT pg_temp.make('k3', the('d1'), '{"v1": 150}') $$, 'PY021', NULL,
                 'and what the currency cannot pay');
SELECT throws_ok($$ SELECT pg_temp.make('k2', the('d1'), '{"s1": 1}') $$, 'PY030', NULL,
                 'a payee whose share is held gets no more of it');
RESET ROLE;
SELECT unchanged('no refused distribution left anything');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(pg_temp.make('k1', the('d1'), '{"v1": 900, "s1": 600}'), 2, 'two payees are to be paid');
SELECT results_eq(
    $$ SELECT s.recipient_id, s.amount FROM payments.payment_splits AS s
        WHERE s.payment_id = pay('k1') ORDER BY s.position $$,
    $$ VALUES ('v1', 6900::bigint), ('a1', 2500), ('s1', 600), ('platform', 0) $$,
    'one''s share grows, the other''s is new, the platform''s is given away');
SELECT set_eq(
    $$ SELECT g.leg, g.amount FROM payments.ledger_postings AS g WHERE g.cause_id = the('d1') $$,
    $$ VALUES ('venue:v1', 900::bigint), ('seller:s1', 600) $$, 'the ledger says the same');
SELECT results_eq(
    $$ SELECT t.recipient_id, t.amount, t.status, t.source_transaction
         FROM payments.stripe_transfers AS t WHERE t.cause_id = the('d1')
          AND t.purpose = 'distribution' ORDER BY t.recipient_id $$,
    $$ VALUES ('s1', 600::bigint, 'pending', 'ch_' || pay('k1')),
              ('v1', 900, 'pending', 'ch_' || pay('k1')) $$,
    'and the transfers draw on the charge');
SELECT results_eq(
    $$ SELECT d.amount, d.currency, d.created_by FROM payments.distributions AS d
        WHERE d.id = the('d1') $$, $$ VALUES (1500::bigint, 'usd', 'svc') $$,
    'who gave how much is remembered');
SELECT throws_ok($$ SELECT pg_temp.make('k1', the('d2'), '{"v1": 1}') $$, 'PY021', NULL,
                 'then nothing is left');
RESET ROLE;
SELECT money_is_right(tenant_a(), 'no cent is lost');

SELECT * FROM finish();
ROLLBACK;
