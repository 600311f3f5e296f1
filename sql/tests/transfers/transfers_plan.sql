BEGIN;
SELECT plan(17);
SELECT keep('c', gen_random_uuid());

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1', false);
SELECT created_payment(tenant_a(), 'k1'), created_payment(tenant_a(), 'k2');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(
    payments.transfers_plan(tenant_a(), pay('k1'), 'settlement', pay('k1'),
                            payments.payees_due(tenant_a(), pay('k1')), 'ch_1', clock(), true), 0,
    'shares that are not fixed yet make no transfer');
UPDATE payments.payment_splits SET amount = CASE recipient_type WHEN 'venue' THEN 7000
    WHEN 'artist' THEN 2000 ELSE 1000 END WHERE payment_id = pay('k1');
SELECT is(
    payments.transfers_plan(tenant_a(), pay('k1'), 'settlement', pay('k1'),
                            payments.payees_due(tenant_a(), pay('k1')), 'ch_1', clock(), true), 1,
    'only the payee who can receive has a transfer due');
SELECT set_eq(
    $$ SELECT t.recipient_type, t.recipient_id, t.amount, t.currency, t.status, t.purpose,
              t.cause_id, t.stripe_account_id, t.source_transaction, t.transfer_group,
              t.amount_reversed
         FROM payments.stripe_transfers AS t $$,
    $$ VALUES ('venue', 'v1', 7000::bigint, 'usd', 'pending', 'settlement', pay('k1'),
               'acct_v1_aaaaaaaa', 'ch_1', 'pay_' || pay('k1'), 0::bigint),
              ('artist', 'a1', 2000, 'usd', 'blocked', 'settlement', pay('k1'),
               'acct_a1_aaaaaaaa', 'ch_1', 'pay_' || pay('k1'), 0) $$,
    'each payee has one transfer of its share, from the charge, in the payment''s group; the '
    'platform has none');
SELECT set_eq(
    $$ SELECT o.state, o.holds, o.kind, o.payment_id, o.lease_epoch, o.lock_key
         FROM payments.stripe_operations AS o
         JOIN payments.stripe_transfers AS t ON t.id = o.subject_id $$,
    $$ VALUES ('ready', '{}'::text[], 'transfer', pay('k1'), 0::bigint,
               'transfer:' || pay('k1') || ':' || account_of(tenant_a(), 'v1')),
              ('ready', '{payee_blocked}', 'transfer', pay('k1'), 0,
               'transfer:' || pay('k1') || ':' || account_of(tenant_a(), 'a1')) $$,
    'each has its operation; a blocked one is held');
SELECT is(
    (SELECT o.request FROM payments.stripe_operations AS o WHERE o.id = call_of(pay('k1'), 'v1')),
    jsonb_build_object('target', NULL, 'params', jsonb_build_object(
    'amount', 7000, 'currency', 'usd', 'destination', 'acct_v1_aaaaaaaa', 'source_transaction',
        'ch_1', 'transfer_group', 'pay_' || pay('k1'),
    'metadata', jsonb_build_object('operation_id', call_of(pay('k1'), 'v1'), 'payment_id',
                                   pay('k1'), 'transfer_id', transfer_of(pay('k1'), 'v1'),
                                   'tenant_id', tenant_a()))),
    'the request is frozen, and names its operation, so that a lost answer is found again');
SELECT is(transfer_of(pay('k1'), 'v1'),
          payments.id_derive(tenant_a(), 'transfer', pay('k1')::text,
                             account_of(tenant_a(), 'v1')::text, 'settlement', pay('k1')::text),
    'a transfer''s id follows from payment, payee, purpose and cause: after a restore it is the '
    'same');
SELECT remember();
SELECT throws_ok(
    $$ SELECT payments.transfers_plan(tenant_a(), pay('k1'), 'settlement', pay('k1'),
                                      payments.payees_due(tenant_a(), pay('k1')), 'ch_1', clock(),
                                      true) $$, '23505', NULL,
    'a payment''s transfers cannot be planned twice');
SELECT unchanged('the second plan changes nothing');
UPDATE payments.payment_splits SET amount = CASE recipient_type WHEN 'platform' THEN 10000
    ELSE 0 END WHERE payment_id = pay('k2');
SELECT is(
    payments.transfers_plan(tenant_a(), pay('k2'), 'settlement', pay('k2'),
                            payments.payees_due(tenant_a(), pay('k2')), 'ch_2', clock(), true), 0,
    'a share of nothing makes no transfer');
SELECT is((SELECT count(*) FROM payments.stripe_transfers WHERE payment_id = pay('k2')), 0::bigint,
          'nor a row');
SELECT is(
    payments.transfers_plan(tenant_a(), pay('k2'), 'repayment', the('c'),
                            jsonb_build_array(jsonb_build_object('accountId',
                                account_of(tenant_a(), 'v1'), 'amount', 5)), NULL, clock(), true),
    1,
    'money paid again is another purpose');
SELECT results_eq(
    $$ SELECT t.amount, t.purpose, t.source_transaction, o.request #> '{params}' ?
              'source_transaction'
         FROM payments.stripe_transfers AS t
         JOIN payments.stripe_operations AS o ON o.subject_id = t.id
        WHERE t.payment_id = pay('k2') $$,
    $$ VALUES (5::bigint, 'repayment', NULL::text, false) $$,
    'and draws on the balance, not on a charge');
RESET ROLE;
SELECT dispute(pay('k2'), 'd', 'needs_response');
SET LOCAL ROLE payments_definer;
SELECT is(
    payments.transfers_plan(tenant_a(), pay('k2'), 'release', the('c'),
                            jsonb_build_array(jsonb_build_object('accountId',
                                account_of(tenant_a(), 'v1'), 'amount', 7)), 'ch_2', clock(), true),
    0,
    'while a dispute is open nothing new is due');
SELECT is(
    (SELECT o.holds FROM payments.stripe_transfers AS t JOIN payments.stripe_operations AS o
     ON o.subject_id = t.id WHERE t.payment_id = pay('k2') AND t.purpose = 'release'), '{dispute}',
    'it is held');
SELECT payments.receivable_open(tenant_a(), pay('k1'), 'venue', 'v1', 'refund', the('c'), 10, 'usd',
                                clock());
SELECT is(
    payments.transfers_plan(tenant_a(), pay('k1'), 'release', the('c'),
                            jsonb_build_array(jsonb_build_object('accountId',
                                account_of(tenant_a(), 'v1'), 'amount', 4)), 'ch_1', clock(),
                            false), 1,
    'a transfer in another''s place is not netted a second time');
SELECT is(
    payments.transfers_plan(tenant_a(), pay('k1'), 'repayment', the('c'),
                            jsonb_build_array(jsonb_build_object('accountId',
                                account_of(tenant_a(), 'v1'), 'amount', 4)), NULL, clock(), true),
    0,
    'a new one is: who owes more gets nothing');
SELECT results_eq(
    $$ SELECT d.amount, d.amount_netted FROM payments.receivables AS d $$,
    $$ VALUES (10::bigint, 4::bigint) $$, 'and owes less');

SELECT * FROM finish();
ROLLBACK;
