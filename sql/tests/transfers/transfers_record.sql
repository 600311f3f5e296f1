BEGIN;
SELECT plan(10);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1'), settled_payment(tenant_a(), 'k2'),
       settled_payment(tenant_a(), 'k3');
SELECT keep('one', call_of(pay('k1'), 'v1')), keep('two', call_of(pay('k1'), 'a1')),
       keep('three', call_of(pay('k2'), 'v1')), keep('four', call_of(pay('k3'), 'v1'));
SELECT send(the(n)) FROM unnest(ARRAY['one', 'two', 'three', 'four']) AS n;
CREATE FUNCTION pg_temp.success(p_name text, p_epoch bigint DEFAULT 1, p_more jsonb DEFAULT '{}')
    RETURNS jsonb LANGUAGE sql
AS $$ SELECT jsonb_build_object('operationId', tap_helpers.the(p_name), 'leaseEpoch', p_epoch,
                                'result', jsonb_build_object('outcome', 'succeeded',
             'httpStatus', 200, 'requestId', 'req_1', 'object',
             tap_helpers.transfer_object(tap_helpers.the(p_name), p_more))) $$;
CREATE FUNCTION pg_temp.recorded(p_tenant uuid, p_results jsonb) RETURNS uuid[] LANGUAGE sql
AS $$ SELECT r.operation_ids FROM payments.transfers_record(p_tenant, p_results) AS r $$;
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(
    (SELECT array_agg(i ORDER BY i)
       FROM unnest(pg_temp.recorded(tenant_a(),
                                    jsonb_build_array(pg_temp.success('one'),
                                                      pg_temp.success('three')))) AS i),
    (SELECT array_agg(i ORDER BY i) FROM unnest(ARRAY[the('one'), the('three')]) AS i),
    'transfers that succeeded are recorded together');
SELECT results_eq(
    $$ SELECT DISTINCT o.state, o.outcome, o.leased_by, o.provider_id = t.stripe_transfer_id,
              t.status
         FROM payments.stripe_operations AS o
         JOIN payments.stripe_transfers AS t ON t.id = o.subject_id
        WHERE o.id IN (the('one'), the('three')) $$,
    $$ VALUES ('succeeded', 'succeeded', NULL::text, true, 'paid') $$,
    'each ends as if alone: operation and transfer');
SELECT results_eq(
    $$ SELECT DISTINCT a.outcome, a.applied, a.http_status, a.request_id, a.lease_epoch
         FROM payments.stripe_operation_attempts AS a
        WHERE a.operation_id IN (the('one'), the('three')) $$,
    $$ VALUES ('succeeded', true, 200, 'req_1', 1::bigint) $$, 'each leaves its evidence');
SELECT results_eq(
    $$ SELECT count(*), count(DISTINCT l.cause_id), sum(l.amount)
         FROM payments.ledger_postings AS l WHERE l.cause_type = 'transfer' $$,
    $$ VALUES (2::bigint, 2::bigint, 12000::numeric) $$, 'each is posted once');
SELECT remember();
SELECT is(
    pg_temp.recorded(tenant_a(), jsonb_build_array(pg_temp.success('one'),
                                                   pg_temp.success('two', 7),
                                                   pg_temp.success('four', 1, '{"amount": 1}'),
        jsonb_build_object('operationId', the('four'), 'leaseEpoch', 1, 'result',
                           '{"outcome": "unknown"}'::jsonb),
        jsonb_build_object('operationId', tenant_b(), 'leaseEpoch', 1, 'result',
                           '{"outcome": "succeeded"}'::jsonb))), '{}',
    'ended, under a lease that is over, contradicting, not known or not there: none of its '
    'business');
SELECT unchanged('what is left to operation_record is not touched');
SELECT is(pg_temp.recorded(tenant_a(), '[]'), '{}', 'nothing is fine');
SELECT throws_ok(
    $$ SELECT pg_temp.recorded(tenant_a(),
                               jsonb_build_array(pg_temp.success('two', 1, '{"id": "tr_x"}'),
                                                 pg_temp.success('four', 1, '{"id": "tr_x"}'))) $$,
    'PY033', NULL, 'one Stripe transfer for two of ours is refused');
SELECT unchanged('and changes nothing');
SELECT enter(tenant_b());
SELECT is(pg_temp.recorded(tenant_b(), jsonb_build_array(pg_temp.success('two'))), '{}',
          'another tenant''s operation does not exist');

SELECT * FROM finish();
ROLLBACK;
