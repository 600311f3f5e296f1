-- That each acting function of ops leaves exactly one row. The functions come from the catalog: a
-- new one without a call here fails.
BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(9);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1'),
       open_account(tenant_a(), 'seller', 's1');
SELECT settled_payment(tenant_a(), 'resale', resale());
SELECT keep('escrow', escrow_of(pay('resale')));
SELECT keep('unsent', call_of(pay('resale'), 'v1'));
SELECT receive('evt_' || n, 'charge.updated', '[]') FROM generate_series(1, 2) AS n;
UPDATE payments.webhook_inbox SET tenant_id = tenant_a(), state = 'quarantined',
       finished_at = clock();
SELECT keep('payment', settled_payment(tenant_a(), 'k', '{"eventId": "gig"}'));
SELECT enter(tenant_a());
SELECT payments.discrepancy_note(tenant_a(), 'platform', 'missing_here', 'refund', 're_1', NULL,
                                 '2', NULL, 5, 'usd', to_timestamp(1));
SELECT keep('discrepancy', id) FROM payments.discrepancies WHERE provider_id = 're_1';
SELECT keep('s1', shady_payment('s1')), keep('s2', shady_payment('s2'));
SELECT keep('review', review_of(the('s1'))), keep('other', review_of(the('s2')));
SELECT keep('batch', gen_random_uuid()), keep('call', call_of(the('payment'), 'v1'));
INSERT INTO payments.refund_batches (tenant_id, id, show_id, reason, status, total, created_by,
                                     started_at, updated_at)
VALUES (tenant_a(), the('batch'), 'gig', 'rain', 'running', 0, 'x', clock(), clock());
UPDATE payments.stripe_operations SET state = 'leased', next_run_at = clock()
 WHERE id = the('call');
UPDATE payments.stripe_operations SET state = 'dead' WHERE id = the('call');
CREATE ROLE tap_audit_ana LOGIN IN ROLE payments_operator;
SELECT ops.tenant_member_add(tenant_a(), 'tap_audit_ana');

-- In this order, each by somebody who may. What it is asked of is the text after it.
CREATE TEMP TABLE acts (ordinal serial, function text, call text, object text);
INSERT INTO acts (function, call, object) VALUES
    ('operation_retry', format('ops.operation_retry(%L, %L)', tenant_a(), the('call')),
     kept('call')),
    ('operation_cancel', format('ops.operation_cancel(%L, %L, %L)', tenant_a(), the('unsent'), 'x'),
     kept('unsent')),
    ('escrow_freeze', format('ops.escrow_freeze(%L, %L, %L)', tenant_a(), the('escrow'), 'x'),
     kept('escrow')),
    ('escrow_unfreeze', format('ops.escrow_unfreeze(%L, %L, %L)', tenant_a(), the('escrow'), 'x'),
     kept('escrow')),
    ('escrow_release_by_hand', format('ops.escrow_release_by_hand(%L, %L, %L)', tenant_a(),
                                      the('escrow'), 'x'), kept('escrow')),
    ('inbox_replay', format('ops.inbox_replay(%L, %L)', tenant_a(), 'evt_1'), 'evt_1'),
    ('inbox_replay_period', format('ops.inbox_replay_period(%L, %L)', tenant_a(), '2020-01-01'),
     NULL),
    ('payee_disable', format('ops.payee_disable(%L, %L, %L, %L)', tenant_a(), 'venue', 'v1', 'x'),
     (SELECT id::text FROM payments.connected_accounts WHERE recipient_id = 'v1'
         AND tenant_id = tenant_a())),
    ('discrepancy_resolve', format('ops.discrepancy_resolve(%L, %L, %L)', tenant_a(),
                                   the('discrepancy'), 'x'), kept('discrepancy')),
    ('refund_batch_stop', format('ops.refund_batch_stop(%L, %L)', tenant_a(), the('batch')),
     kept('batch')),
    ('refund_batch_resume', format('ops.refund_batch_resume(%L, %L)', tenant_a(), the('batch')),
     kept('batch')),
    ('refund_policy_set', format('ops.refund_policy_set(%L, %L)', tenant_a(), 'gig'),
     'gig version 1'),
    ('fraud_rules_reset', format('ops.fraud_rules_reset(%L)', tenant_a()), 'rules'),
    ('fraud_rule_set', format('ops.fraud_rule_set(%L, %L, false)', tenant_a(), 'velocity_ip'),
     'velocity_ip'),
    ('fraud_scores_set', format('ops.fraud_scores_set(%L, 60, 90)', tenant_a()), 'scores'),
    ('fraud_list_set', format('ops.fraud_list_set(%L, %L, %L, %L)', tenant_a(), 'block', 'customer',
                              'c1'), 'block customer'),
    ('review_approve', format('ops.review_approve(%L, %L, NULL)', tenant_a(), the('review')),
     kept('review')),
    ('review_reject', format('ops.review_reject(%L, %L, NULL)', tenant_a(), the('other')),
     kept('other')),
    ('refund_batch_start', format('ops.refund_batch_start(%L, %L, %L)', tenant_a(), 'gig 2',
                                  'rain'), 'gig 2'),
    ('aml_settings_set', format('ops.aml_settings_set(%L, 85, %L)', tenant_a(), 'eur'), 'settings'),
    ('aml_limit_set', format('ops.aml_limit_set(%L, %L, 1000)', tenant_a(), 'usd'), 'usd'),
    ('accounts_screen', format('ops.accounts_screen(%L)', tenant_a()), 'payees'),
    ('exchange_rate_set', format('ops.exchange_rate_set(%L, %L, %L, 0.92)', tenant_a(), 'usd',
                                 'eur'), 'usd eur'),
    ('split_rule_set', format('ops.split_rule_set(%L, %L, NULL, %L)', tenant_a(), 'tenant', '[]'),
     'tenant version 1'),
    ('tenant_register', format('ops.tenant_register(%L, %L)', tenant_a(), 'Renamed'),
     tenant_a()::text),
    ('tenant_disable', format('ops.tenant_disable(%L)', tenant_a()), tenant_a()::text),
    ('tenant_enable', format('ops.tenant_enable(%L)', tenant_a()), tenant_a()::text),
    ('tenant_member_add', format('ops.tenant_member_add(%L, %L)', tenant_a(), 'payments_backup'),
     'payments_backup'),
    ('tenant_member_remove', format('ops.tenant_member_remove(%L, %L)', tenant_a(),
                                    'payments_backup'), 'payments_backup');
SELECT set_eq('SELECT function FROM acts', $$
    SELECT p.proname::text FROM pg_proc AS p
     WHERE p.pronamespace = 'ops'::regnamespace
       AND NOT has_function_privilege('payments_analyst', p.oid, 'EXECUTE')
       -- Reports that only operators read; the clock of a development database; what a database is,
       -- said before it has a tenant; what is nobody's: its row keeps who explained it; the lists
       -- that all tenants share: their versions keep it.
       AND p.proname NOT IN ('audit_list', 'unowned_objects', 'clock_advance', 'deployment_set',
                             'unowned_object_resolve',
                             'sanctions_begin', 'sanctions_add', 'sanctions_activate')
$$, 'every function of ops that is no report is called here');

CREATE FUNCTION pg_temp.act(p_call text)
    RETURNS TABLE (row_count bigint, subject text, action text, object_id text, outcome text)
        LANGUAGE plpgsql AS $$
DECLARE
    v_before uuid[] := ARRAY(SELECT a.id FROM payments.audit_log AS a);
BEGIN
    EXECUTE 'SELECT ' || p_call;
    RETURN QUERY SELECT count(*) OVER (), a.subject, a.action, a.object_id, a.outcome
        FROM payments.audit_log AS a WHERE a.id <> ALL (v_before);
END
$$;
SELECT enter(tenant_a());
SELECT results_eq(
    'SELECT a.function, r.* FROM acts AS a CROSS JOIN LATERAL pg_temp.act(a.call) AS r ORDER BY '
    'a.ordinal', $$
    SELECT a.function, 1::bigint, session_user::text COLLATE "default", 'ops.' || a.function,
           a.object, 'accepted' FROM acts AS a ORDER BY a.ordinal
$$, 'each leaves exactly one row: who, which function, on what');

SELECT enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_audit_ana;
SELECT ops.refund_policy_set(tenant_a(), 'other');
RESET SESSION AUTHORIZATION;
SELECT is((SELECT array_agg(subject) FROM payments.audit_log WHERE object_id = 'other version 1'),
          '{tap_audit_ana}', 'the row names who logged in, not whose rights the function has');
SELECT remember();
SET LOCAL SESSION AUTHORIZATION tap_audit_ana;
SELECT throws_ok($$ SELECT ops.refund_policy_set(tenant_a(), 'other', -1) $$, 'PY020', NULL,
                 'a refused act is an error');
SELECT throws_ok($$ SELECT ops.tenant_register(tenant_a(), 'x') $$, '42501', NULL,
                 'so is one that the role may not do');
SELECT throws_ok($$ SELECT payments.audit_act(tenant_a(), 'x', 'x') $$, '42501', NULL,
                 'nobody writes the log by hand');
RESET SESSION AUTHORIZATION;
SELECT unchanged('and none leaves anything');
SELECT ops.tenant_member_add(tenant_a(), 'tap_audit_ana');
SELECT is((SELECT count(*) FROM payments.audit_log WHERE object_id = 'tap_audit_ana'), 1::bigint,
          'an act that changes nothing is not recorded again');
SELECT is(
    (SELECT count(*) FROM payments.audit_log WHERE tenant_id = tenant_b()
        AND action <> 'ops.tenant_register'), 0::bigint,
    'and none is recorded with another tenant');

SELECT * FROM finish();
ROLLBACK;
