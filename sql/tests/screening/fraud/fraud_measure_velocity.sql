BEGIN;
SELECT plan(11);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');

SELECT keep('one', gen_random_uuid()), keep('two', gen_random_uuid()),
       keep('three', gen_random_uuid());
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
INSERT INTO payments.fraud_signals (tenant_id, event, signal, value, seen_at, source_id)
SELECT tenant_a(), e.event, 'ip', '198.51.100.1', clock() - make_interval(mins => n), e.event || n
  FROM generate_series(1, 90) AS n, unnest('{payment,decline}'::text[]) AS e (event);
-- One rule, which counts addresses of payments within an hour, with changes to it.
CREATE FUNCTION pg_temp.rule(p_parameters jsonb DEFAULT '{}', p_threshold integer DEFAULT 1000)
RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_array(jsonb_build_object(
        'name', 'r', 'kind', 'velocity', 'weight', 1, 'threshold', p_threshold, 'parameters',
        '{"signal": "ip", "event": "payment", "seconds": 3600}'::jsonb || p_parameters)) $$;
CREATE FUNCTION pg_temp.measure(p_rules jsonb, VARIADIC p_values jsonb[]) RETURNS bigint[]
LANGUAGE sql AS $$
    WITH ids AS (SELECT ARRAY[tap_helpers.the('one'), tap_helpers.the('two'),
                              tap_helpers.the('three')] AS ids)
    SELECT array_agg(m.measured ORDER BY array_position(i.ids, m.payment_id))
      FROM ids AS i, payments.fraud_measure_velocity(
               tap_helpers.tenant_a(), p_rules, i.ids[1:cardinality(p_values)], p_values,
               tap_helpers.clock()) AS m $$;
SELECT is(pg_temp.measure(pg_temp.rule(), '{"ip": "198.51.100.1"}'), '{59}',
          'what came within the window is counted, and nothing older');
SELECT is(pg_temp.measure(pg_temp.rule('{"seconds": 600}'), '{"ip": "198.51.100.1"}'), '{9}',
          'a shorter window holds less');
SELECT is(pg_temp.measure(pg_temp.rule(p_threshold => 5), '{"ip": "198.51.100.1"}'), '{5}',
          'no further than the threshold');
SELECT is(pg_temp.measure(pg_temp.rule(), '{"ip": "198.51.100.1"}', '{"ip": "198.51.100.2"}',
                          '{"ip": "198.51.100.1"}'),
          '{59,0,60}', 'of a batch those before count too');
SELECT is(pg_temp.measure(pg_temp.rule('{"event": "decline"}'), '{"ip": "198.51.100.1"}',
                          '{"ip": "198.51.100.1"}'),
          '{59,59}', 'but asking for a payment is no decline');
SELECT is(pg_temp.measure(pg_temp.rule(), '{"customer": "198.51.100.1"}'), NULL,
          'without its signal a rule says nothing');
SELECT is(pg_temp.measure(pg_temp.rule('{"live_only": true}'),
                          '{"ip": "198.51.100.1", "livemode": true}',
                          '{"ip": "198.51.100.1", "livemode": false}', '{"ip": "198.51.100.9"}'),
          '{59}', 'nor, if it is for real money only, of a test');
SELECT is(pg_temp.measure(pg_temp.rule('{"ignore": ["198.51.100.1"]}'), '{"ip": "198.51.100.1"}',
                          '{"ip": "198.51.100.9"}'),
          '{0}', 'nor of a value it ignores');
RESET ROLE;
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_b());
SELECT is(
    (SELECT m.measured FROM payments.fraud_measure_velocity(
        tenant_b(), pg_temp.rule(), ARRAY[the('one')], ARRAY['{"ip": "198.51.100.1"}'::jsonb],
        clock()) AS m), 0::bigint, 'another tenant''s events do not count');

RESET ROLE;
SELECT enter(tenant_a());
INSERT INTO payments.fraud_signals (tenant_id, event, signal, value, seen_at, source_id)
SELECT tenant_a(), 'payment', 'ip', '198.51.' || n % 1000, clock() - n * interval '1 second',
       's' || n
  FROM generate_series(1, 20000) AS n;
ANALYZE payments.fraud_signals;
SELECT keep('read', pg_stat_get_xact_numscans('payments.fraud_signals'::regclass)),
       keep('found', pg_stat_get_xact_numscans('payments.fraud_signals_pkey'::regclass));
SET LOCAL ROLE payments_definer;
SELECT pg_temp.measure(pg_temp.rule(p_threshold => 5), '{"ip": "198.51.100.1"}');
RESET ROLE;
SELECT is(pg_stat_get_xact_numscans('payments.fraud_signals'::regclass), kept('read')::bigint,
          'among twenty thousand signals the table is not gone through');
SELECT ok(
    pg_stat_get_xact_numscans('payments.fraud_signals_pkey'::regclass) > kept('found')::bigint,
    'but found by the key');

SELECT * FROM finish();
ROLLBACK;
