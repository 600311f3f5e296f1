BEGIN;
SELECT plan(5);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1');
SELECT keep('one', call_of(pay('k1'), 'v1')), keep('two', call_of(pay('k1'), 'a1'));
SELECT payments.fetch_enqueue(tenant_a(), pay('k1'), pay('k1'), 'payment_intents', 'pi_x', '');
SELECT keep('read', payments.id_derive(tenant_a(), 'fetch', 'payment_intents', 'pi_x', ''));
SELECT send(the(n)) FROM unnest(ARRAY['one', 'two', 'read']) AS n;
CREATE FUNCTION pg_temp.result(p_name text, p_epoch bigint, p_result jsonb) RETURNS jsonb
LANGUAGE sql
AS $$ SELECT jsonb_build_object('operationId', tap_helpers.the(p_name), 'leaseEpoch', p_epoch,
                                'result', p_result) $$;
CREATE FUNCTION pg_temp.success(p_name text, p_more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql
AS $$ SELECT pg_temp.result(p_name, 1, jsonb_build_object(
          'outcome', 'succeeded',
          'object', tap_helpers.transfer_object(tap_helpers.the(p_name), p_more))) $$;
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT set_eq(
    $$ SELECT a.ordinal, (a.operation).id, (a.operation).state, a.verdict
         FROM payments.attempts_record(tenant_a(), jsonb_build_array(
                  pg_temp.success('one'), pg_temp.success('two', '{"amount": 1}'),
                  pg_temp.result('read', 1, '{"outcome": "unknown"}'),
                  pg_temp.result('two', 2, '{"outcome": "failed"}'), pg_temp.success('one')),
                                       clock()) AS a $$,
    $$ VALUES (1::bigint, the('one'), 'leased', 'succeeded'),
              (2, the('two'), 'leased', 'contradiction'), (3, the('read'), 'leased', 'failed'),
              (4, the('two'), 'leased', 'stale'), (5, the('one'), 'leased', 'stale') $$,
    'each is judged by its lease, its object and its kind, and returned as it was');
SELECT results_eq(
    $$ SELECT o.id, o.state FROM payments.stripe_operations AS o
        WHERE o.id IN (the('one'), the('two'), the('read')) AND o.state <> 'leased' $$,
    $$ VALUES (the('one'), 'succeeded') $$, 'what succeeded has ended, nothing else');
SELECT is((SELECT count(*) FROM payments.stripe_operation_attempts 
           WHERE applied AND operation_id IN (the('one'), the('two'), the('read'))), 3::bigint,
          'each that applied is kept as such');
SELECT is((SELECT count(*) FROM payments.stripe_operation_attempts WHERE NOT applied), 2::bigint,
          'and each that did not');
SELECT is_empty($$ SELECT * FROM payments.attempts_record(tenant_a(), '[]', clock()) $$,
                'none is fine');

SELECT * FROM finish();
ROLLBACK;
