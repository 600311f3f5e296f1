BEGIN;
SELECT plan(8);

SELECT open_account(tenant_a(), 'venue', 'v1', false);
SELECT open_account(tenant_b(), 'venue', 'v2');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT remember();
SELECT results_eq(
    $$ SELECT * FROM payments.stripe_event_apply_account(
              tenant_a(), '{"id": "evt_1", "account": "acct_nobody"}') $$,
    $$ VALUES ('waiting', 'account not known yet', NULL::uuid, 0) $$,
    'news of an unknown account waits');
SELECT results_eq(
    $$ SELECT * FROM payments.stripe_event_apply_account(
              tenant_a(), '{"id": "evt_1", "account": "acct_v2_bbbbbbbb"}') $$,
    $$ VALUES ('waiting', 'account not known yet', NULL::uuid, 0) $$,
    'another tenant''s account is unknown');
SELECT unchanged('waiting changes nothing');
SELECT results_eq(
    $$ SELECT * FROM payments.stripe_event_apply_account(
              tenant_a(), '{"id": "evt_1", "account": "acct_v1_aaaaaaaa",
                            "data": {"object": {"capabilities": {"transfers": "active"}}}}') $$,
    $$ VALUES ('done', NULL, NULL::uuid, 1) $$, 'news of an account has it read');
SELECT results_eq(
    $$ SELECT o.state, o.subject_id = account_of(tenant_a(), 'v1'), o.payment_id, o.request
         FROM payments.stripe_operations AS o WHERE o.kind = 'fetch' $$,
    $$ VALUES ('ready', true, NULL::uuid,
               '{"params": {}, "target": "acct_v1_aaaaaaaa", "resource": "accounts"}'::jsonb) $$,
    'the read is an operation of its own');
SELECT is((SELECT transfers_enabled FROM payments.connected_accounts WHERE recipient_id = 'v1'),
          false, 'what the event itself says is not believed: it may be old');
SELECT payments.stripe_event_apply_account(tenant_a(),
                                           '{"id": "evt_1", "account": "acct_v1_aaaaaaaa"}');
SELECT is((SELECT count(*) FROM payments.stripe_operations WHERE kind = 'fetch'), 1::bigint,
          'the same event has it read once');
SELECT lease(operation_of(account_of(tenant_a(), 'v1'), 'fetch'));
SELECT payments.stripe_event_apply_account(tenant_a(),
                                           '{"id": "evt_2", "account": "acct_v1_aaaaaaaa"}');
SELECT is((SELECT count(*) FROM payments.stripe_operations WHERE kind = 'fetch'), 2::bigint,
          'another event has it read again once the first read is under way');

SELECT * FROM finish();
ROLLBACK;
