BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(4);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT apply(t, 'evt_' || r || left(t::text, 1),
             event('payout.paid', jsonb_build_object('id', 'po_' || r || left(t::text, 1), 'amount',
                                                     5, 'currency', 'usd', 'status', 'paid',
                                                     'arrival_date', 1795000000),
           jsonb_build_object('account', 'acct_' || r || '_' || left(t::text, 8))), 'connect')
               FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t, unnest(ARRAY['v1', 'a1']) AS r;
CREATE ROLE tap_payout_member IN ROLE payments_analyst;
CREATE ROLE tap_payout_stranger IN ROLE payments_analyst;
SELECT enter(tenant_a()), ops.tenant_member_add(tenant_a(), 'tap_payout_member');
SET LOCAL SESSION AUTHORIZATION tap_payout_stranger;
SELECT throws_ok($$ SELECT * FROM ops.payouts(tenant_a()) $$, 'PY070', NULL,
                 'an analyst who is no member of the tenant is refused');
SET LOCAL SESSION AUTHORIZATION tap_payout_member;
SELECT set_eq('SELECT stripe_payout_id FROM ops.payouts(tenant_a())', ARRAY['po_v1a', 'po_a1a'],
              'a member sees the tenant''s payouts and nobody else''s');
SELECT results_eq(
    $$ SELECT y.recipient_type, y.recipient_id, y.amount, y.currency, y.status
         FROM ops.payouts(tenant_a(), 'venue', 'v1') AS y $$,
    $$ VALUES ('venue', 'v1', 5::bigint, 'usd', 'paid') $$, 'or one payee''s');
SELECT is_empty($$ SELECT * FROM ops.payouts(tenant_a(), 'venue', 'a1') $$, 'who must be one');

SELECT * FROM finish();
ROLLBACK;
