BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(23);
UPDATE payments.deployment SET environment = 'test', clock_offset = '0';
CREATE ROLE tap_rule_set_ana LOGIN IN ROLE payments_operator;
SELECT ops.tenant_member_add(tenant_a(), 'tap_rule_set_ana');
SELECT enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_rule_set_ana;

SELECT is(ops.split_rule_set(tenant_a(), 'venue', 'v1', splits()), 1,
          'an operator who is a member sets a venue''s first rule');
SELECT is(
    ops.split_rule_set(tenant_a(), 'venue', 'v1', '[]', '2030-01-01 00:00+00',
                       '2031-01-01 00:00+00'), 2, 'a change is the next version');
SELECT is(ops.split_rule_set(tenant_a(), 'venue', 'v2', '[]'), 1,
          'another venue counts its own versions');
SELECT is(ops.split_rule_set(tenant_a(), 'event', 'v1', '[]'), 1,
          'an event of the same id counts its own versions');
SELECT is(ops.split_rule_set(tenant_a(), 'tenant', NULL, '[]'), 1,
          'the tenant''s own rule has no id');
SELECT is(ops.split_rule_set(tenant_a(), 'tenant', '', '[]'), 2, 'an empty id is no id');
RESET SESSION AUTHORIZATION;
SELECT results_eq(
    $$ SELECT version, shares, valid_from = '2030-01-01 00:00+00', valid_until, created_by
         FROM payments.split_rules
                      WHERE scope = 'venue' AND scope_id = 'v1' ORDER BY version $$,
    $$ VALUES (1, splits(), false, NULL::timestamptz, 'tap_rule_set_ana'),
              (2, '[]', true, '2031-01-01 00:00+00', 'tap_rule_set_ana') $$,
    'both versions stay, with their period and who set them');
SELECT ok(
    (SELECT abs(extract(epoch FROM valid_from - clock_timestamp())) < 5 FROM payments.split_rules
      WHERE scope_id = 'v1' AND version = 1
            AND scope = 'venue'), 'a rule without a start applies at once');
SELECT remember();
SET LOCAL SESSION AUTHORIZATION tap_rule_set_ana;
SELECT throws_ok(format('SELECT ops.split_rule_set(tenant_a(), %L, %L, %L)', r.scope, r.id, '[]'),
                 'PY020', NULL, r.description)
  FROM (VALUES ('show', 'x', 'an unknown scope is refused'), (NULL, 'x', 'no scope is refused'),
               ('venue', NULL, 'a venue''s rule without a venue is refused'),
               ('event', '', 'an event''s rule without an event is refused'),
               ('tenant', 't', 'the tenant''s rule with an id is refused'))
                   AS r (scope, id, description);
SELECT unchanged('the refused scopes changed nothing');
SELECT throws_ok($$ SELECT ops.split_rule_set(tenant_a(), 'venue', 'v1', '[5]') $$, 'PY023', NULL,
                 'shares that are none are refused');
SELECT throws_ok($$ SELECT ops.split_rule_set(tenant_a(), 'venue', 'v1', NULL) $$, 'PY023', NULL,
                 'no shares are refused');
SELECT throws_ok(
    $$ SELECT ops.split_rule_set(tenant_a(), 'venue', 'v1', '[]', '2030-01-02 00:00+00',
                                 '2030-01-01 00:00+00') $$, 'PY020', NULL,
    'a period that ends before it starts is refused');
SELECT throws_ok(
    $$ SELECT ops.split_rule_set(tenant_a(), 'venue', 'v1', '[]', NULL, '2020-01-01 00:00+00') $$,
    'PY020', NULL,
    'a period that is already over is refused');
SELECT unchanged('the refused shares and periods changed nothing');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT ops.split_rule_set(tenant_b(), 'venue', 'v1', '[]') $$, 'PY070', NULL,
                 'an operator who is no member is refused');
RESET SESSION AUTHORIZATION;
SELECT throws_ok(
    $$ SELECT ops.split_rule_set('cccccccc-cccc-4ccc-8ccc-cccccccccccc', 'venue', 'v1', '[]') $$,
    'PY010', NULL,
    'a tenant that is not registered is refused, to the owner as well');
SELECT unchanged('the refused operator and tenant changed nothing');
SET LOCAL ROLE payments_analyst;
SELECT throws_ok($$ SELECT ops.split_rule_set(tenant_a(), 'venue', 'v1', '[]') $$, '42501', NULL,
                 'an analyst sets no rule');

SELECT * FROM finish();
ROLLBACK;
