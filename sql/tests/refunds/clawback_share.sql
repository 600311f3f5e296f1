BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(11);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1'), settled_payment(tenant_a(), 'k2'),
       created_payment(tenant_a(), 'k3');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a()), keep('r1', gen_random_uuid()), keep('r2', gen_random_uuid());
SELECT set_eq(
    $$ SELECT recipient_type, recipient_id, amount
         FROM payments.clawback_share(tenant_a(), pay('k1'), 'refund', the('r1'), 3333, clock()) $$,
    $$ VALUES ('artist', 'a1', 833::bigint), ('platform', 'platform', 500),
              ('venue', 'v1', 2000) $$, 'a refund is shared by all who received, the platform too');
SELECT is(
    (SELECT count(*) FROM payments.clawback_shares WHERE payment_id = pay('k1')
        AND cause_id = the('r1')), 3::bigint, 'each share is remembered');
SELECT remember();
SELECT throws_ok(
    $$ SELECT * FROM payments.clawback_share(tenant_a(), pay('k1'), 'refund', the('r1'), 100,
                                             clock()) $$, '23505', NULL,
    'a cause is shared out once');
SELECT throws_ok(
    $$ SELECT * FROM payments.clawback_share(tenant_a(), pay('k1'), 'refund', the('r2'), 6668,
                                             clock()) $$, 'PY023', NULL,
    'more than is left is refused');
SELECT throws_ok(
    $$ SELECT * FROM payments.clawback_share(tenant_a(), pay('k1'), 'refund_failure', the('r2'),
                                             -3334, clock()) $$, 'PY023', NULL,
    'more than was given back cannot return');
SELECT unchanged('no refused share left anything');
SELECT count(*) FROM payments.clawback_share(tenant_a(), pay('k1'), 'refund', the('r2'), 1,
                                             clock());
SELECT is(
    (SELECT count(*) FROM payments.clawback_shares WHERE payment_id = pay('k1')
        AND cause_id = the('r2')), 1::bigint, 'who gives nothing has no row');
-- The same total in other steps.
DO $$ BEGIN
    FOR i IN 1 .. 34 LOOP
        PERFORM FROM payments.clawback_share(tap_helpers.tenant_a(), tap_helpers.pay('k2'),
                                             'refund', gen_random_uuid(), CASE i WHEN 34 THEN 100
                                             ELSE 98 END, now());
    END LOOP;
END $$;
SELECT results_eq(
    $$ SELECT recipient_type, sum(amount) FROM payments.clawback_shares
        WHERE payment_id = pay('k1') GROUP BY recipient_type ORDER BY recipient_type $$,
    $$ SELECT recipient_type, sum(amount) FROM payments.clawback_shares
        WHERE payment_id = pay('k2') GROUP BY recipient_type ORDER BY recipient_type $$,
    'thirty-four steps or two to the same total: each has given back the same');
SELECT is(
    (SELECT sum(amount) FROM payments.clawback_share(tenant_a(), pay('k1'), 'refund_failure',
                                                     the('r1'), -3333, clock())), -3333::numeric,
    'a refund that failed is taken back, negative');
SELECT results_eq(
    $$ SELECT sum(amount) FROM payments.clawback_shares WHERE payment_id = pay('k1') $$,
    'VALUES (1::numeric)', 'and only the other one is left');

RESET ROLE;
SELECT settled_payment(tenant_a(), 'k4', '{"currency": "isk"}');
SET LOCAL ROLE payments_definer;
SELECT is(
    (SELECT array_agg(amount ORDER BY recipient_type)
       FROM payments.clawback_share(tenant_a(), pay('k4'), 'refund', gen_random_uuid(), 3300,
                                    clock())), '{800,500,2000}',
    'in a currency of whole units each gives whole ones back');

SELECT * FROM finish();
ROLLBACK;
