BEGIN;
SELECT plan(8);

SELECT open_account(tenant_a(), 'venue', 'v1', false),
       open_account(tenant_a(), 'artist', 'a1', false);
SELECT settled_payment(tenant_a(), 'k1'), settled_payment(tenant_a(), 'k2');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is((SELECT count(*) FROM api.operations_claim_and_fence(tenant_a(), 'w', 10, 10)), 0::bigint,
          'blocked transfers are not claimable');
SELECT is(payments.transfers_unblock(tenant_a(), account_of(tenant_a(), 'v1'), clock()), 2,
          'all blocked transfers of a payee are released');
SELECT set_eq(
    $$ SELECT t.recipient_id, t.status, o.holds, o.state
         FROM payments.stripe_transfers AS t
         JOIN payments.stripe_operations AS o ON o.subject_id = t.id $$,
    $$ VALUES ('v1', 'pending', '{}'::text[], 'ready'), ('a1', 'blocked', '{payee_blocked}',
              'ready'), ('v1', 'pending', '{}', 'ready'), ('a1', 'blocked', '{payee_blocked}',
              'ready') $$, 'they are pending and due; another payee''s stay blocked');
SELECT remember();
SELECT is(payments.transfers_unblock(tenant_a(), account_of(tenant_a(), 'v1'), clock()), 0,
          'blocked transfers are released exactly once');
SELECT is(payments.transfers_unblock(tenant_a(), tenant_b(), clock()), 0,
          'an unknown account releases nothing');
SELECT unchanged('the second release changes nothing');
-- Another reason to hold stays.
SELECT keep('call', call_of(pay('k1'), 'a1'));
UPDATE payments.stripe_operations SET holds = '{review,payee_blocked}',
       next_run_at = clock() + '1 hour' WHERE tenant_id = tenant_a() AND id = the('call');
SELECT keep('due', (operation_row(the('call'))).next_run_at);
SELECT payments.transfers_unblock(tenant_a(), account_of(tenant_a(), 'a1'), clock());
SELECT results_eq(
    $$ SELECT o.holds, o.next_run_at = kept('due')::timestamptz
         FROM operation_row(the('call')) AS o $$,
    $$ VALUES ('{review}'::text[], true) $$,
    'another hold stays, and so does a back-off that runs');
SELECT is((SELECT count(*) FROM api.operations_claim_and_fence(tenant_a(), 'w', 10, 10)), 3::bigint,
          'what was released is claimable, what is held for another reason is not');

SELECT * FROM finish();
ROLLBACK;
