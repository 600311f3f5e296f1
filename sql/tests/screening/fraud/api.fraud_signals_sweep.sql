BEGIN;
SELECT plan(8);

SELECT enter(NULL);
SELECT enter(tenant_a());
CREATE FUNCTION pg_temp.rule(p_signal text, p_seconds integer, p_enabled boolean DEFAULT true)
RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object(
        'name', p_signal, 'kind', 'velocity', 'enabled', p_enabled, 'weight', 50, 'threshold', 5,
        'parameters', jsonb_build_object('signal', p_signal, 'event', 'payment',
                                         'seconds', p_seconds)) $$;
SELECT payments.fraud_rules_store(
    tenant_a(), jsonb_build_array(pg_temp.rule('ip', 3600), pg_temp.rule('card', 31536000, false)),
    50, 100, 'me');
INSERT INTO payments.fraud_signals (tenant_id, event, signal, value, seen_at, source_id)
SELECT tenant_a(), e, 'ip', '198.51.100.1',
       clock() - interval '30 days' + make_interval(secs => i - 4), 's' || i
  FROM generate_series(1, 3) AS i, unnest('{payment,decline}'::text[]) AS e;
INSERT INTO payments.fraud_signals (tenant_id, event, signal, value, seen_at, source_id)
VALUES (tenant_a(), 'payment', 'ip', '198.51.100.1', clock() - interval '29 days', 'kept');
SELECT enter(NULL);
SELECT enter(tenant_b());
INSERT INTO payments.fraud_signals (tenant_id, event, signal, value, seen_at, source_id)
VALUES (tenant_b(), 'payment', 'ip', '198.51.100.1', clock() - interval '40 days', 'theirs');
SELECT enter(NULL);
SET LOCAL ROLE payments_worker;
SELECT is(api.fraud_signals_sweep(tenant_a(), 4), 4, 'signals of a month ago go, a few at a time');
SELECT is(api.fraud_signals_sweep(tenant_a(), 4), 2, 'until none is left');
RESET ROLE;
SELECT set_eq('SELECT source_id FROM payments.fraud_signals', ARRAY['kept', 'theirs'],
              'younger ones and other tenants'' stay');
SELECT payments.fraud_rules_store(tenant_a(), jsonb_build_array(pg_temp.rule('ip', 7776000)), 50,
                                  100, 'me');
SELECT advance('60 days');
SET LOCAL ROLE payments_worker;
SELECT is(api.fraud_signals_sweep(tenant_a(), 4), 0,
          'what a rule can still count stays, however long its window');
SELECT advance('2 days');
SELECT is(api.fraud_signals_sweep(tenant_a(), 4), 1, 'and goes with its window');
SELECT enter(NULL);
SELECT is(api.fraud_signals_sweep(tenant_b(), 4), 1, 'a tenant without rules keeps nothing longer');
RESET ROLE;
SELECT is_empty('SELECT FROM payments.fraud_signals', 'nothing is left');
SET LOCAL ROLE payments_api;
SELECT throws_ok($$ SELECT api.fraud_signals_sweep(tenant_b(), 10) $$, '42501', NULL,
                 'the web''s group forgets nothing');

SELECT * FROM finish();
ROLLBACK;
