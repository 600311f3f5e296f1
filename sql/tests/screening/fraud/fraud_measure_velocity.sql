BEGIN;
SELECT plan(11);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');

SELECT keep('one', gen_random_uuid()), keep('two', gen_random_uuid()),
       keep('three', gen_random_uuid());
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
INSERT INTO payments.fraud_signals (tenant_id, event, signal, value, seen_at, source_id)
SELECT tenant_a(
    ), e.event, 'ip', '198.51.100.1', clock() - make_interval(mins => n), e.event || n
        FROM generate_series(1, 90) AS n, unnest('{payment,decline}'::text[]) AS e (event);
CREATE FUNCTION pg_temp.measure(p_rule jsonb, p_values jsonb[]) RETURNS bigint[] LANGUAGE sql AS $$
    SELECT array_agg(m.measured
                     ORDER BY array_position(
                         ARRAY[tap_helpers.the('one'), tap_helpers.the('two'),
                               tap_helpers.the('three')], m.payment_id))
      FROM payments.fraud_measure_velocity(tap_helpers.tenant_a(),
                                           jsonb_build_array(
                                               '{"name": "r", "kind": "velocity", "weight": 1, '
                                               '"threshold": 1000}'::jsonb
               || jsonb_build_object('parameters',
                                     '{"signal": "ip", "event": "payment", "seconds": 3600}'::jsonb
                                     || p_rule) || coalesce(p_rule -> 'rule', '{}')),
               (ARRAY[tap_helpers.the('one'), tap_helpers.the('two'),
                      tap_helpers.the('three')])[1:cardinality(p_values)], p_values,
                                           tap_helpers.clock()) AS m $$;
SELECT is(pg_temp.measure('{}', '{"{\"ip\": \"198.51.100.1\"}"}'), '{59}',
          'what came within the window is counted, and nothing older');
SELECT is(pg_temp.measure('{"seconds": 600}', '{"{\"ip\": \"198.51.100.1\"}"}'), '{9}',
          'a shorter window holds less');
SELECT is(pg_temp.measure('{"rule": {"threshold": 5}}', '{"{\"ip\": \"198.51.100.1\"}"}'), '{5}',
          'no further than the threshold');
SELECT is(
    pg_temp.measure('{}',
                    '{"{\"ip\": \"198.51.100.1\"}","{\"ip\": \"198.51.100.2\"}","{\"ip\": '
                    '\"198.51.100.1\"}"}'), '{59,0,60}', 'of a batch those before count too');
SELECT is(
    pg_temp.measure('{"event": "decline"}',
                    '{"{\"ip\": \"198.51.100.1\"}","{\"ip\": \"198.51.100.1\"}"}'), '{59,59}',
    'but asking for a payment is no decline');
SELECT is(pg_temp.measure('{}', '{"{\"customer\": \"198.51.100.1\"}"}'), NULL,
          'without its signal a rule says nothing');
SELECT is(
    pg_temp.measure('{"live_only": true}',
                    '{"{\"ip\": \"198.51.100.1\", \"livemode\": true}","{\"ip\": \"198.51.100.1\", '
                    '\"livemode\": false}","{\"ip\": \"198.51.100.9\"}"}'), '{59}',
    'nor, if it is for real money only, of a test');
SELECT is(
    pg_temp.measure('{"ignore": ["198.51.100.1"]}',
                    '{"{\"ip\": \"198.51.100.1\"}","{\"ip\": \"198.51.100.9\"}"}'), '{0}',
    'nor of a value it ignores');
RESET ROLE;
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_b());
SELECT is(
    (SELECT m.measured FROM payments.fraud_measure_velocity(tenant_b(),
                                                            '[{"name": "r", "kind": "velocity", '
                                                                '"threshold": 9, "parameters": '
                                                                    '{"signal": "ip", "event": '
                                                                        '"payment", "seconds": '
                                                                            '3600}}]',
    ARRAY[the('one')], ARRAY['{"ip": "198.51.100.1"}'::jsonb], clock()) AS m), 0::bigint,
    'another tenant''s events do not count');

RESET ROLE;
SET LOCAL session_replication_role = replica;
INSERT INTO payments.fraud_signals (tenant_id, event, signal, value, seen_at, source_id)
SELECT tenant_a(
    ), 'payment', 'ip', '198.51.' || n % 1000, clock() - n * interval '1 second', 's' || n
        FROM generate_series(1, 20000) AS n;
ANALYZE payments.fraud_signals;
SET LOCAL session_replication_role = origin;
SELECT keep('read', pg_stat_get_xact_numscans('payments.fraud_signals'::regclass)),
       keep('found', pg_stat_get_xact_numscans('payments.fraud_signals_pkey'::regclass));
SELECT enter(NULL);
SELECT enter(tenant_a());
SET LOCAL ROLE payments_definer;
SELECT pg_temp.measure('{"rule": {"threshold": 5}}', '{"{\"ip\": \"198.51.100.1\"}"}');
RESET ROLE;
SELECT is(pg_stat_get_xact_numscans('payments.fraud_signals'::regclass), kept('read')::bigint,
          'among twenty thousand signals the table is not gone through');
SELECT ok(
    pg_stat_get_xact_numscans('payments.fraud_signals_pkey'::regclass) > kept('found')::bigint,
    'but found by the key');

SELECT * FROM finish();
ROLLBACK;
