BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(6);
SELECT set_config('tap.account', open_account(tenant_a(), 'venue', 'v1', false)::text, true);
UPDATE payments.connected_accounts SET created_at = '2026-01-02 03:04:05.678+00',
       updated_at = '2026-01-02 03:04:06+00', business_name = 'Blue Note';
SELECT * FROM api.connected_account_create(tenant_a(), 'tap', 'k', '\x00',
    '{"recipientType": "artist", "recipientId": "a1", "email": "a@example.com", "country": "GB"}',
    20);
SELECT set_config('tap.young',
                  (SELECT id FROM payments.connected_accounts WHERE recipient_id = 'a1')::text,
                  true);
SET LOCAL ROLE payments_definer;

SELECT is(payments.connected_account_json(tenant_a(), current_setting('tap.account')::uuid),
          jsonb_build_object(
    'id', current_setting('tap.account'), 'recipientType', 'venue', 'recipientId', 'v1', 'email',
              'v1@example.com', 'country', 'US',
    'businessName', 'Blue Note', 'status', 'open', 'stripeAccountId', 'acct_v1_aaaaaaaa',
    'onboardingUrl', 'https://connect.stripe.com/setup/v1',
    'onboardingExpiresAt', '2100-01-01T00:00:00.000000Z', 'transfersEnabled', false,
    'chargesEnabled', false, 'payoutsEnabled', false,
    'requirements', '["external_account"]'::jsonb, 'disabledReason', 'requirements.past_due',
    'createdAt', '2026-01-02T03:04:05.678000Z', 'updatedAt', '2026-01-02T03:04:06.000000Z'),
    'an account''s document has every field of the contract, and no other');
SELECT results_eq(
    $$ SELECT d ->> 'status', d -> 'stripeAccountId', d -> 'onboardingUrl', d ->
              'onboardingExpiresAt', d -> 'businessName', d -> 'requirements'
         FROM payments.connected_account_json(tenant_a(),
                                              current_setting('tap.young')::uuid) AS d $$,
    $$ VALUES ('creating', 'null'::jsonb, 'null'::jsonb, 'null'::jsonb, 'null'::jsonb,
              '[]'::jsonb) $$, 'an account that Stripe has not made yet has nothing of Stripe');
SELECT is(payments.connected_account_json(tenant_a(), gen_random_uuid()), NULL,
          'an unknown account has no document');
SELECT is(payments.connected_account_json(tenant_a(), NULL), NULL, 'no account has no document');
SELECT enter(tenant_b());
SELECT is(payments.connected_account_json(tenant_a(), current_setting('tap.account')::uuid), NULL,
          'from another tenant there is no document');
SELECT is(payments.connected_account_json(tenant_b(), current_setting('tap.account')::uuid), NULL,
          'nor under another tenant''s name');

SELECT * FROM finish();
ROLLBACK;
