BEGIN;
SELECT plan(2);

SET LOCAL ROLE payments_definer;
SELECT is(
    payments.account_request(tenant_a(), tenant_b(), tenant_b(),
                             '{"recipientType": "venue", "recipientId": "v1", "email": '
                             '"v@example.com", "country": "DE", "businessName": "Club"}'),
    jsonb_build_object('target', NULL, 'params',
                       jsonb_build_object('type', 'express', 'country', 'DE', 'email',
                                          'v@example.com',
        'capabilities', '{"transfers": {"requested": true}}'::jsonb, 'business_profile',
        '{"name": "Club"}'::jsonb,
        'metadata', jsonb_build_object('operation_id', tenant_b(), 'account_id', tenant_b(),
                                       'tenant_id', tenant_a(), 'recipient_type', 'venue',
                                       'recipient_id', 'v1'))),
    'an express account that may receive transfers is asked for, and its metadata names the '
    'operation');
SELECT is(
    payments.account_request(tenant_a(), tenant_b(), tenant_b(),
                             '{"email": "v@example.com", "country": '
                             '"DE"}') -> 'params' ? 'business_profile', false,
    'no name, no profile');

SELECT * FROM finish();
ROLLBACK;
