BEGIN;
SELECT plan(9);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');

CREATE ROLE tap_rev_op LOGIN IN ROLE payments_operator;
SELECT ops.tenant_member_add(tenant_a(), 'tap_rev_op');

SELECT enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_rev_op;
SELECT is(ops.fraud_rule_set(tenant_a(), 'velocity_ip', p_threshold => 500), 2,
          'a changed rule is a new version of the set');
SELECT results_eq(
    $$ SELECT kind, enabled, weight, threshold, parameters ->> 'signal'
         FROM ops.fraud_rules(tenant_a()) WHERE name = 'velocity_ip' $$,
    $$ VALUES ('velocity', true, 30, 500, 'ip') $$, 'what was not given stays');
SELECT is(ops.fraud_rule_set(tenant_a(), 'velocity_ip', false), 3, 'a rule is switched off');
SELECT is(
    ops.fraud_rule_set(tenant_a(), 'devices', p_weight => 20, p_threshold => 2,
                       p_kind => 'velocity',
                       p_parameters => '{"signal": "device", "event": "payment", "seconds": 60}'),
    4, 'a rule is added');
SELECT results_eq(
    $$ SELECT count(*), count(*) FILTER (WHERE enabled) FROM ops.fraud_rules(tenant_a()) $$,
    $$ VALUES (15::bigint, 14::bigint) $$, 'beside the others');
SELECT enter(NULL);
RESET SESSION AUTHORIZATION;
SELECT remember();
SET LOCAL SESSION AUTHORIZATION tap_rev_op;
SELECT throws_ok($$ SELECT ops.fraud_rule_set(tenant_a(), 'new') $$, 'PY020', NULL,
                 'half a rule is refused');
SELECT throws_ok($$ SELECT ops.fraud_rule_set(tenant_a(), 'velocity_ip', p_weight => 200) $$,
                 'PY020', NULL, 'so is an impossible weight');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT ops.fraud_rule_set(tenant_b(), 'velocity_ip', false) $$, 'PY070', NULL,
                 'another tenant is refused');
RESET SESSION AUTHORIZATION;
SELECT unchanged('no refusal left anything');

SELECT * FROM finish();
ROLLBACK;
