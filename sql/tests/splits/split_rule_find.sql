BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(10);
CREATE FUNCTION pg_temp.rule(p_id text) RETURNS jsonb LANGUAGE sql
AS $$ SELECT jsonb_build_array(
    jsonb_build_object('recipientType', 'venue', 'recipientId', p_id, 'basisPoints', 1)) $$;
SELECT ops.split_rule_set(tenant_a(), 'tenant', NULL, pg_temp.rule('tenant 1'),
                          '2026-01-01 00:00+00');
SELECT ops.split_rule_set(tenant_a(), 'tenant', NULL, pg_temp.rule('tenant 2'),
                          '2026-06-01 00:00+00', '2026-07-01 00:00+00');
SELECT ops.split_rule_set(tenant_a(), 'venue', 'v1', pg_temp.rule('venue 1'),
                          '2026-01-01 00:00+00');
SELECT ops.split_rule_set(tenant_a(), 'event', 'e1', pg_temp.rule('event 1'), '2026-01-01 00:00+00',
                          '2026-02-01 00:00+00');
SELECT enter(tenant_b());
SELECT ops.split_rule_set(tenant_b(), 'event', 'e9', pg_temp.rule('other'), '2026-01-01 00:00+00');
SELECT enter(tenant_a());
SET LOCAL ROLE payments_definer;
CREATE FUNCTION pg_temp.found(p_event text, p_venue text, p_at timestamptz) RETURNS text
    LANGUAGE sql
AS $$ SELECT f.shares #>> '{0,recipientId}'
        FROM payments.split_rule_find(tap_helpers.tenant_a(), p_event, p_venue, p_at) AS f $$;

SELECT is(pg_temp.found('e1', 'v1', '2026-01-15 00:00+00'), 'event 1',
          'an event''s rule comes before its venue''s');
SELECT is(pg_temp.found('e1', 'v1', '2026-03-01 00:00+00'), 'venue 1',
          'an event''s rule that is over leaves the venue''s');
SELECT is(pg_temp.found('e2', 'v1', '2026-01-15 00:00+00'), 'venue 1',
          'a venue''s rule comes before the tenant''s');
SELECT is(pg_temp.found(NULL, NULL, '2026-01-15 00:00+00'), 'tenant 1',
          'the tenant''s rule applies to what names neither');
SELECT is(pg_temp.found('e2', 'v2', '2026-06-15 00:00+00'), 'tenant 2',
          'the newest version valid at the time applies');
SELECT is(pg_temp.found('e2', 'v2', '2026-07-01 00:00+00'), 'tenant 1',
          'a version ends at its end, and the one before applies again');
SELECT is(pg_temp.found('e2', 'v2', '2026-06-01 00:00+00'), 'tenant 2',
          'a version begins at its beginning');
SELECT is(pg_temp.found('e1', 'v1', '2025-12-31 23:59+00'), NULL, 'before any rule there is none');
SELECT is(
    (SELECT f.rule_id FROM payments.split_rule_find(tenant_a(), 'e1', NULL,
                                                    '2026-01-15 00:00+00') AS f),
    (SELECT r.id FROM payments.split_rules AS r WHERE r.scope = 'event'),
    'the version found is named');
SELECT isnt(pg_temp.found('e9', NULL, '2026-01-15 00:00+00'), 'other',
            'another tenant''s rule is not found');

SELECT * FROM finish();
ROLLBACK;
