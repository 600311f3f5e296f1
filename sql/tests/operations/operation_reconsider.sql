BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(11);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1');
SELECT keep('op', call_of(pay('k1'), 'v1')), keep('other', call_of(pay('k1'), 'a1'));
CREATE FUNCTION pg_temp.shown(p_operation uuid, p_more jsonb DEFAULT '{}') RETURNS integer
    LANGUAGE sql AS $$
    SELECT payments.operation_reconsider(tenant_a(),
                                         transfer_object(p_operation,
                                                         jsonb_build_object('created', 1795000000,
                                                             'metadata',
                                                             jsonb_build_object('operation_id',
                                                                 p_operation)) || p_more),
                                         clock()) $$;
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a()), remember();
SELECT is(pg_temp.shown(the('op'), '{"amount": 1}'), 0,
          'an object with another amount is not what the operation made');
SELECT is(pg_temp.shown(the('op'), '{"destination": "acct_x"}'), 0,
          'nor one with another destination');
SELECT is(pg_temp.shown(the('op'), '{"metadata": {}}'), 0, 'nor one that does not say so');
SELECT is(pg_temp.shown(the('op'), '{"metadata": {"operation_id": "what"}}'), 0,
          'metadata may say anything');
SELECT unchanged('none of them changes anything');
SELECT is(pg_temp.shown(the('op')), 1, 'one that matches in everything has the operation look');
SELECT results_eq(
    $$ SELECT o.state, o.first_sent_at, o.last_sent_at, o.first_sent_epoch,
              o.next_run_at <= clock()
         FROM payments.stripe_operations AS o WHERE o.id = the('op') $$,
    $$ VALUES ('unknown', to_timestamp(1795000000), to_timestamp(1795000000), 0::bigint, true) $$,
    'as if it had been sent when Stripe made the object');
SELECT isnt(payments.operation_evidence(operation_row(the('op')), clock()), NULL,
            'so that it is looked up before anything is sent');
RESET ROLE;
UPDATE payments.stripe_operations SET holds = '{dispute}' WHERE id = the('other');
SET LOCAL ROLE payments_definer;
SELECT remember();
SELECT is(pg_temp.shown(the('other')), 0, 'one that is held stays held');
SELECT is(pg_temp.shown(operation_of(pay('k1'), 'intent')), 0,
          'one that has succeeded is left alone');
SELECT unchanged('and nothing changes');

SELECT * FROM finish();
ROLLBACK;
