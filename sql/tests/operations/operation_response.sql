BEGIN;
SELECT plan(7);

SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT created_payment(tenant_a(), 'k1');
SELECT asked_payment(tenant_a(), 'k2');
SELECT asked_payment(tenant_a(), 'k3');
SELECT finish(operation_of(pay('k3'), 'intent'),
              '{"outcome": "failed", "type": "card_error", "code": "card_declined", "message": '
              '"No."}');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT results_eq(
    $$ SELECT status, replayed, problem
         FROM payments.operation_response(tenant_a(), operation_of(pay('k1'), 'intent'), false) $$,
    $$ VALUES (201, false, NULL::text) $$,
    'a completed request is answered with its stored status');
SELECT is(
    (SELECT body ->> 'clientSecret'
       FROM payments.operation_response(tenant_a(), operation_of(pay('k1'), 'intent'), true)),
    'pi_' || pay('k1') || '_secret', 'a completed request is answered with its stored body');
SELECT is(
    (SELECT replayed FROM payments.operation_response(tenant_a(), operation_of(pay('k1'), 'intent'),
                                                      true)), true,
    'an answer says when it is a replay');
SELECT results_eq(
    $$ SELECT status, body ->> 'status', problem
         FROM payments.operation_response(tenant_a(), operation_of(pay('k2'), 'intent'), false) $$,
    $$ VALUES (202, 'created', NULL::text) $$,
    'a request whose outcome is not known is answered 202 with the present state');
SELECT results_eq(
    $$ SELECT status, problem, detail
         FROM payments.operation_response(tenant_a(), operation_of(pay('k3'), 'intent'), false) $$,
    $$ VALUES (NULL::integer, 'card_declined', 'No.') $$,
    'a refused request is answered with its problem');
SELECT is(
    (SELECT count(*) FROM payments.operation_response(tenant_a(), operation_of(pay('k1'), 'intent'),
                                                      false) WHERE operation IS NOT NULL),
    0::bigint, 'an answer asks for no further call');
RESET ROLE;
SELECT apply(tenant_a(), 'evt_ok',
             event('payment_intent.succeeded', intent_object(pay('k1'), 'succeeded')));
SELECT keep('r', asked_refund(pay('k1'), 'r', 10));
SELECT results_eq(
    $$ SELECT status, body ->> 'status', replayed
         FROM payments.operation_response(tenant_a(), operation_of(the('r'), 'refund'), false) $$,
    $$ VALUES (201, 'pending', false) $$,
    'a refund whose outcome is not known is made all the same: 201, pending');

SELECT * FROM finish();
ROLLBACK;
