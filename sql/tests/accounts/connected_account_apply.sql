BEGIN;
SELECT plan(10);

SELECT open_account(tenant_a(), 'venue', 'v1', false),
       open_account(tenant_a(), 'artist', 'a1', false);
SELECT settled_payment(tenant_a(), 'k1'), settled_payment(tenant_a(), 'k2');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(
    payments.connected_account_apply(tenant_a(), account_of(tenant_a(), 'v1'),
                                     account_object(tenant_a(), 'v1', false), clock()), 0,
    'an account that cannot receive releases nothing');
SELECT is((SELECT count(*) FROM payments.stripe_transfers WHERE status = 'blocked'), 4::bigint,
          'its transfers stay blocked');
SELECT is(
    payments.connected_account_apply(tenant_a(), account_of(tenant_a(), 'v1'),
                                     account_object(tenant_a(), 'v1', true), clock()), 2,
    'an account that can receive now releases its transfers');
SELECT results_eq(
    $$ SELECT transfers_enabled, charges_enabled, payouts_enabled, details_submitted,
              requirements, disabled_reason
         FROM payments.connected_accounts WHERE recipient_id = 'v1' $$,
    $$ VALUES (true, true, true, true, '[]'::jsonb, NULL::text) $$,
    'the account is as Stripe shows it');
SELECT is(
    (SELECT array_agg(DISTINCT recipient_id) FROM payments.stripe_transfers
      WHERE status = 'pending'), '{v1}', 'just its own transfers are released');
SELECT is(
    payments.connected_account_apply(tenant_a(), account_of(tenant_a(), 'v1'),
                                     account_object(tenant_a(), 'v1', true), clock()), 0,
    'they are released once');
SELECT is(
    payments.connected_account_apply(tenant_a(), account_of(tenant_a(), 'v1'),
                                     '{"id": "acct_v1_aaaaaaaa", "capabilities": {"transfers": '
                                     '"pending"}}', clock()), 0, 'an account may close again');
SELECT results_eq(
    $$ SELECT transfers_enabled, charges_enabled, requirements
         FROM payments.connected_accounts WHERE recipient_id = 'v1' $$,
    $$ VALUES (false, false, '[]'::jsonb) $$, 'what Stripe does not say counts as no');
SELECT is((SELECT count(*) FROM payments.stripe_transfers WHERE status = 'pending'), 2::bigint,
          'what is on its way is not called back: Stripe will say so');
SELECT payments.connected_account_apply(tenant_a(), account_of(tenant_a(), 'a1'),
                                        '{"id": "acct_a1_aaaaaaaa"}', clock());
SELECT is((SELECT transfers_enabled FROM payments.connected_accounts WHERE recipient_id = 'a1'),
          false, 'an account without capabilities cannot receive');

SELECT * FROM finish();
ROLLBACK;
