BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(5);
SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT set_config('tap.payment', created_payment(tenant_a(), 'k')::text, true);
SELECT set_config('tap.bare', created_payment(tenant_a(), 'k2', '{"splits": []}')::text, true);
SET LOCAL ROLE payments_definer;

SELECT is(payments.split_shares(tenant_a(), current_setting('tap.payment')::uuid), splits(),
    'the agreed shares come back as they were asked for, without the platform');
SELECT is(payments.split_shares(tenant_a(), current_setting('tap.bare')::uuid), '[]',
          'a payment without shares has an empty list');
SELECT is(payments.split_shares(tenant_a(), gen_random_uuid()), '[]',
          'an unknown payment has an empty list');
RESET ROLE;
SELECT is(
    apply(tenant_a(), 'evt', event('payment_intent.succeeded',
                                   intent_object(current_setting('tap.payment')::uuid,
                                                 'succeeded'))), 'done',
    'the payment settles');
SET LOCAL ROLE payments_definer;
SELECT is(payments.split_shares(tenant_a(), current_setting('tap.payment')::uuid), splits(),
          'settlement does not change what was agreed');

SELECT * FROM finish();
ROLLBACK;
