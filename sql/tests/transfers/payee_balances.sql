BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(3);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1'),
       open_account(t, 'seller', 's1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_b(), 'k1');
SELECT settled_payment(tenant_a(), 'k1'), paid_payment(tenant_a(), 'k2'),
       settled_payment(tenant_a(), 'k3', resale()), created_payment(tenant_a(), 'k4');
SELECT refund(pay('k2'), 'r2', 1000);
SELECT reverse(pay('k2'), 'a1', 'balance_insufficient');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT set_eq(
    'SELECT payment_id, recipient_id, share, share_posted::bigint, payable::bigint, '
    'on_its_way::bigint, held, held_posted::bigint FROM payments.payee_balances(tenant_a(), NULL)',
    $$
    VALUES (pay('k1'), 'v1', 6000::bigint, 6000::bigint, 6000::bigint, 6000::bigint, 0::bigint,
            0::bigint), (pay('k1'), 'a1', 2500, 2500, 2500, 2500, 0, 0),
           (pay('k2'), 'v1', 6000, 6000, -600, -600, 0, 0),
           (pay('k2'), 'a1', 2500, 2500, 0, 0, 0, 0),
           (pay('k3'), 'v1', 1000, 1000, 1000, 1000, 0, 0),
           (pay('k3'), 's1', 8000, 8000, 0, 0, 8000, 8000) $$,
    'each payee of what is settled: its share, what it is owed and what is on its way, what is '
    'held; what it owes is a receivable and not this');
SELECT set_eq($$ SELECT recipient_id
    FROM payments.payee_balances(tenant_a(), ARRAY[pay('k3'), pay('k4')]) $$, $$
  VALUES ('v1'), ('s1') $$, 'of the payments named');
SELECT enter(tenant_b());
SELECT is_empty('SELECT * FROM payments.payee_balances(tenant_a(), NULL)',
                'another tenant sees none');

SELECT * FROM finish();
ROLLBACK;
