BEGIN;
SELECT plan(2);

SELECT open_account(tenant_a(), 'venue', 'v1', false);
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(payments.connected_account_json(tenant_a(), tenant_b()), NULL, 'there is no document of an unknown account');
SELECT is(payments.connected_account_json(tenant_a(), account_of(tenant_a(), 'v1')) - ARRAY['createdAt', 'updatedAt'], jsonb_build_object(
    'id', account_of(tenant_a(), 'v1'), 'recipientType', 'venue', 'recipientId', 'v1', 'email', 'v1@example.com', 'country', 'US', 'businessName', NULL, 'status', 'open',
    'stripeAccountId', 'acct_v1_aaaaaaaa', 'onboardingUrl', 'https://connect.stripe.com/setup/v1', 'onboardingExpiresAt', payments.rfc3339(to_timestamp(4102444800)),
    'transfersEnabled', false, 'chargesEnabled', false, 'payoutsEnabled', false, 'requirements', '["external_account"]'::jsonb, 'disabledReason', 'requirements.past_due'),
    'an account''s document says all');

SELECT * FROM finish();
ROLLBACK;
