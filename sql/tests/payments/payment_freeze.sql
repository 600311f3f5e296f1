BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(13);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1', false),
       open_account(tenant_a(), 'seller', 's1');
SELECT settled_payment(tenant_a(), 'k1'), settled_payment(tenant_a(), 'k2', resale());
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
CREATE FUNCTION pg_temp.holds(p_recipient text) RETURNS text[] LANGUAGE sql
    AS $$ SELECT holds
            FROM tap_helpers.operation_row(
                tap_helpers.call_of(tap_helpers.pay('k1'), p_recipient)) $$;
SELECT is(payments.payment_freeze(tenant_a(), pay('k1'), true, clock()), 0,
          'freezing makes nothing due');
SELECT is(pg_temp.holds('v1'), '{dispute}', 'an unsent transfer is held');
SELECT is(pg_temp.holds('a1'), '{payee_blocked,dispute}', 'a blocked one for both reasons');
SELECT remember();
SELECT is(payments.payment_freeze(tenant_a(), pay('k1'), true, clock()), 0, 'freezing again');
SELECT unchanged('changes nothing');
SELECT is(payments.payment_freeze(tenant_a(), pay('k1'), false, clock()), 1,
          'of two let go one is due');
SELECT is(pg_temp.holds('a1'), '{payee_blocked}', 'the other is still blocked');
SELECT remember();
SELECT is(payments.payment_freeze(tenant_a(), pay('k1'), false, clock()), 0, 'letting go again');
SELECT unchanged('releases nothing twice');
RESET ROLE;
SELECT send(call_of(pay('k1'), 'v1'));
SET LOCAL ROLE payments_definer;
SELECT payments.payment_freeze(tenant_a(), pay('k1'), true, clock());
SELECT is(pg_temp.holds('v1'), '{}', 'what is on its way cannot be held any more');
SELECT payments.payment_freeze(tenant_a(), pay('k2'), true, clock());
SELECT is((SELECT e.status FROM payments.escrows AS e), 'disputed', 'an escrow is frozen');
SELECT payments.payment_freeze(tenant_a(), pay('k2'), false, clock());
SELECT is((SELECT e.status FROM payments.escrows AS e), 'held', 'and goes on as it was');
SELECT is(
    (SELECT array_agg(v.event ORDER BY v.event) FROM payments.escrow_events AS v
      WHERE v.event LIKE '%frozen'), '{frozen,unfrozen}', 'its history says so');

SELECT * FROM finish();
ROLLBACK;
