BEGIN;
SELECT plan(4);

SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1');
SELECT keep('call', call_of(pay('k1'), 'v1'));
SELECT send(the('call'));
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT payments.operation_mark_dead(operation_row(the('call')), 'why', repeat('x', 600), clock());
SELECT results_eq(
    $$ SELECT o.state, o.outcome, o.failures, o.leased_by, o.last_error_code, length(o.last_error)
         FROM operation_row(the('call')) AS o $$,
    $$ VALUES ('dead', NULL::text, 1, NULL::text, 'why', 500) $$,
    'an operation marked dead has no outcome, one failure more, and says why');
SELECT results_eq(
    $$ SELECT o.generation, o.lease_epoch FROM operation_row(the('call')) AS o $$,
    $$ VALUES (0, 1::bigint) $$, 'a dead operation keeps its key and its epoch');
SELECT isnt((operation_row(the('call'))).first_sent_at, NULL,
            'a dead operation is still one that was sent: its object stays locked');
SELECT is((SELECT count(*) FROM payments.stripe_operations WHERE state = 'dead'), 1::bigint,
          'no other operation is marked with it');

SELECT * FROM finish();
ROLLBACK;
