BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(5);
SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT set_config('tap.payment', created_payment(tenant_a(), 'k')::text, true);
SET LOCAL ROLE payments_definer;

SELECT is(payments.splits_json(tenant_a(), current_setting('tap.payment')::uuid),
    '[{"recipientType": "venue", "recipientId": "v1", "basisPoints": 6000, "amount": null},
      {"recipientType": "artist", "recipientId": "a1", "shareAmount": 2500, "amount": null},
      {"recipientType": "platform", "recipientId": "platform", "amount": null}]'::jsonb,
    'before settlement the agreed shares are shown, and no amount');
SELECT is(payments.splits_json(tenant_a(), gen_random_uuid()), '[]',
          'an unknown payment has no splits');
RESET ROLE;
SELECT is(
    apply(tenant_a(), 'evt', event('payment_intent.succeeded',
                                   intent_object(current_setting('tap.payment')::uuid,
                                                 'succeeded'))), 'done',
    'the payment settles');
SET LOCAL ROLE payments_definer;
SELECT is(payments.splits_json(tenant_a(), current_setting('tap.payment')::uuid),
    '[{"recipientType": "venue", "recipientId": "v1", "basisPoints": 6000, "amount": 6000},
      {"recipientType": "artist", "recipientId": "a1", "shareAmount": 2500, "amount": 2500},
      {"recipientType": "platform", "recipientId": "platform", "amount": 1500}]'::jsonb,
    'after settlement each share has its amount in minor units');
SELECT enter(tenant_b());
SELECT is(payments.splits_json(tenant_a(), current_setting('tap.payment')::uuid), '[]',
          'another tenant sees none of them');

SELECT * FROM finish();
ROLLBACK;
