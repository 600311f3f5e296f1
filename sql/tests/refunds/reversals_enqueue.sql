BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(11);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1');
SELECT send(call_of(pay('k1'), 'v1'));
SELECT keep('r1', refund(pay('k1'), 'r1', 1000)), keep('r2', refund(pay('k1'), 'r2', 500));
SELECT results_eq(
    $$ SELECT v.amount, v.status FROM payments.transfer_reversals AS v ORDER BY v.amount $$,
                  $$ VALUES (300::bigint, 'waiting'), (600, 'waiting') $$,
                  'what is to come back of a transfer on its way waits');
SET LOCAL ROLE payments_definer;
SELECT remember();
SELECT is(payments.reversals_enqueue(tenant_a(), transfer_of(pay('k1'), 'v1'), clock()), 0,
          'while it has not arrived');
SELECT unchanged('nothing is asked back');
RESET ROLE;
UPDATE payments.stripe_operations SET trace_context = '00-refund' WHERE kind = 'refund'
   AND subject_id = the('r1');
SELECT ok(
    finish(call_of(pay('k1'), 'v1'),
           jsonb_build_object('outcome', 'succeeded', 'object',
                              transfer_object(call_of(pay('k1'), 'v1')))), 'the transfer arrives');
SELECT results_eq(
    $$ SELECT v.amount, v.status FROM payments.transfer_reversals AS v ORDER BY v.amount $$,
                  $$ VALUES (300::bigint, 'pending'), (600, 'pending') $$,
                  'then both are asked for');
SELECT results_eq(
    $$ SELECT o.kind, o.state, o.lock_key = 'reversal:' || transfer_of(pay('k1'), 'v1'), o.request
              ->> 'target' = 'tr_' || transfer_of(pay('k1'), 'v1'), o.request #>
              '{params,amount}', o.request #>> '{params,metadata,refund_id}' = the('r1')::text
         FROM payments.stripe_operations AS o
        WHERE o.subject_id = reversal_of(the('r1'), 'v1') $$,
    $$ VALUES ('reversal', 'ready', true, true, '600'::jsonb, true) $$,
    'each with its own call, one at a time');
SELECT is(
    (SELECT array_agg(o.trace_context ORDER BY o.trace_context)
       FROM payments.stripe_operations AS o WHERE o.kind = 'reversal'), ARRAY['00-refund', NULL],
    'and each belongs to the request for its refund');
SELECT is(reverse(pay('k1')), 2, 'they are carried out');
SET LOCAL ROLE payments_definer;
SELECT remember();
SELECT is(payments.reversals_enqueue(tenant_a(), transfer_of(pay('k1'), 'v1'), clock()), 0,
          'starting again');
SELECT unchanged('asks for nothing twice');
RESET ROLE;
SELECT money_is_right(tenant_a(), 'no cent is lost');

SELECT * FROM finish();
ROLLBACK;
