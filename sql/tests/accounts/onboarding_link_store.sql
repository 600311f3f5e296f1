BEGIN;
SELECT plan(2);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT payments.onboarding_link_store(tenant_a(), account_of(tenant_a(), 'v1'),
                                      '{"url": "https://newest", "expires_at": 1795000000}',
                                      clock());
SELECT results_eq(
    $$ SELECT onboarding_url, onboarding_expires_at = to_timestamp(1795000000)
         FROM payments.connected_accounts WHERE recipient_id = 'v1' $$,
    $$ VALUES ('https://newest', true) $$, 'the newest link is kept with its end');
SELECT is((SELECT onboarding_url FROM payments.connected_accounts WHERE recipient_id = 'a1'),
          'https://connect.stripe.com/setup/a1', 'another account''s link stays');

SELECT * FROM finish();
ROLLBACK;
