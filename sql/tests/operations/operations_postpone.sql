BEGIN;
SELECT plan(7);

SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT created_payment(tenant_a(), 'k1');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT payments.fetch_enqueue(tenant_a(), pay('k1'), pay('k1'), 'payment_intents', 'pi_x', 'first');
SELECT keep('first', payments.id_derive(tenant_a(), 'fetch', 'payment_intents', 'pi_x', 'first'));
SELECT keep('second', payments.id_derive(tenant_a(), 'fetch', 'payment_intents', 'pi_x', 'second'));
SELECT send(the('first'));
SELECT payments.fetch_enqueue(tenant_a(), pay('k1'), pay('k1'), 'payment_intents', 'pi_x',
                              'second');

SELECT is((SELECT count(*) FROM api.operations_claim_and_fence(tenant_a(), 'w', 10, 20)), 0::bigint,
    'a call is not claimed while another on its object is unresolved');
SELECT is((operation_row(the('second'))).next_run_at > clock(), true,
          'it is put off, so that its tenant is not named as due meanwhile');
SELECT is((operation_row(the('second'))).next_run_at <= clock() + '1 second'::interval, true,
          'it is put off by a second');
SELECT results_eq(
    $$ SELECT o.state, o.lease_epoch FROM operation_row(the('second')) AS o $$,
    $$ VALUES ('ready', 0::bigint) $$, 'being put off is no lease');
SELECT is(payments.operations_postpone(tenant_a(), 10, clock()), 0,
          'what is not due is not put off');
SELECT is(payments.operations_postpone(tenant_a(), 10, clock() + '1 hour'::interval), 2,
          'what is due is');
SELECT is((operation_row(the('first'))).lease_epoch, 1::bigint,
          'an expired lease that is put off keeps its epoch');

SELECT * FROM finish();
ROLLBACK;
