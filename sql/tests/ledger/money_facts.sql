BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(6);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_b(), 'k');
SELECT enter(NULL);
SELECT keep('start', clock()),
       settled_payment(tenant_a(), 'k1', '{"eventId": "e1", "venueId": "hall"}');
SELECT settled_payment(tenant_a(), 'k2', '{"eventId": "e2", "venueId": "hall"}'),
       refund(pay('k2'), 'r', 1000);

SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT set_eq(
    $$ SELECT f.recipient_type, f.recipient_id, sum(f.gross) AS g, sum(f.refunded) AS r,
              sum(f.disputed) AS d, sum(f.fees) AS s
                   FROM payments.money_facts(tenant_a(),
                                             tstzrange(kept('start')::timestamptz, clock())) AS f
        GROUP BY 1, 2 $$,
    $$ VALUES ('venue', 'v1', 12000::numeric, 600::numeric, 0::numeric, 0::numeric),
              ('artist', 'a1', 5000, 250, 0, 0), ('platform', '', 3000, 150, 0, 0) $$,
    'captures and refunds are named with the recipient whose share they are');
SELECT is_empty(
    $$ SELECT * FROM payments.money_facts(tenant_a(),
                                          tstzrange('-infinity', kept('start')::timestamptz)) $$,
    'what was posted later is not in the period');
RESET ROLE;
SELECT refund_event((SELECT id FROM payments.payment_refunds WHERE tenant_id = tenant_a()),
                    'refund.failed', 'failed', 'evt_f');
SELECT dispute(pay('k1'), 'd', 'lost');
SET LOCAL ROLE payments_definer;
SELECT is(
    (SELECT sum(f.refunded) FROM payments.money_facts(tenant_a(),
                                                      tstzrange(kept('start')::timestamptz,
                                                          clock())) AS f), 0::numeric,
    'a refund that failed counts back');
SELECT is(
    (SELECT sum(f.disputed) FROM payments.money_facts(tenant_a(),
                                                      tstzrange(kept('start')::timestamptz,
                                                          clock())) AS f), 10000::numeric,
    'a lost dispute is shared out among those who had the money');
RESET ROLE;
SELECT payments.posting_add(tenant_a(), 'platform_revenue', 'payee_payable', 'artist', 'a1', 70,
                            'usd', 'distribution', pay('k1'), 'a1', pay('k1'), clock());
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    $$ SELECT f.recipient_id, f.gross
         FROM payments.money_facts(tenant_a(), tstzrange(kept('start')::timestamptz, clock())) AS f
        WHERE f.cause_type = 'distribution' $$,
    $$ VALUES ('', -70::bigint), ('a1', 70) $$,
    'a distribution moves the platform''s share to a payee');
SELECT enter(tenant_b());
SELECT is(
    (SELECT sum(f.gross) FROM payments.money_facts(tenant_b(),
                                                   tstzrange('-infinity', clock())) AS f),
    10000::numeric, 'another tenant has its own');

SELECT * FROM finish();
ROLLBACK;
