BEGIN;
SELECT plan(7);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT created_payment(tenant_a(), 'k1');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(payments.stripe_event_mismatch(tenant_a(), pay('k1'), '10000', 'usd', 'false'), NULL,
          'an event with our amount, currency and mode matches');
SELECT is(payments.stripe_event_mismatch(tenant_a(), pay('k1'), '9999', 'usd', 'false'),
          'amount 9999, ours is 10000', 'another amount is named');
SELECT isnt(payments.stripe_event_mismatch(tenant_a(), pay('k1'), NULL, 'usd', 'false'), NULL,
            'no amount does not match');
SELECT is(payments.stripe_event_mismatch(tenant_a(), pay('k1'), '10000', 'eur', 'false'),
          'currency eur, ours is usd', 'another currency is named');
SELECT isnt(payments.stripe_event_mismatch(tenant_a(), pay('k1'), '10000', NULL, 'false'), NULL,
            'no currency does not match');
SELECT is(payments.stripe_event_mismatch(tenant_a(), pay('k1'), '10000', 'usd', 'true'),
          'livemode true, ours is false', 'the other mode is named');
SELECT isnt(payments.stripe_event_mismatch(tenant_a(), pay('k1'), '10000', 'usd', NULL), NULL,
            'no mode does not match');

SELECT * FROM finish();
ROLLBACK;
