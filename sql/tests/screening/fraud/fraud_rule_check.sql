BEGIN;
SELECT plan(4);

SET LOCAL ROLE payments_definer;
CREATE FUNCTION pg_temp.rule(p_more jsonb) RETURNS void LANGUAGE sql AS $$
    SELECT payments.fraud_rule_check(
        '{"name": "r", "kind": "velocity", "enabled": true, "weight": 1, "threshold": 1,
        "parameters": {"signal": "ip", "event": "payment", "seconds": 60}}'::jsonb || p_more) $$;
SELECT lives_ok($$ SELECT pg_temp.rule('{}') $$, 'a velocity rule passes');
SELECT lives_ok(
    $$ SELECT pg_temp.rule(
        '{"kind": "amount", "parameters": {"against": "tenant", "minimum": 3}}') $$,
    'an amount rule passes');
SELECT lives_ok($$ SELECT pg_temp.rule('{"kind": "blocklist", "parameters": {}}') $$,
                'a list rule needs no parameters');
CREATE FUNCTION pg_temp.answer(p_more jsonb) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_temp.rule(p_more);
    RETURN 'accepted';
EXCEPTION WHEN SQLSTATE 'PY020' THEN
    RETURN SQLSTATE;
END $$;
SELECT set_eq(
    $$ SELECT pg_temp.answer(m)
         FROM unnest(ARRAY[
            '{"name": "Bad name"}', '{"kind": "magic"}', '{"enabled": "yes"}', '{"weight": 101}',
            '{"threshold": 0}', '{"parameters": []}', '{"parameters": {}}', '{"kind": "amount"}',
            '{"parameters": {"signal": "moon", "event": "payment", "seconds": 60}}',
            '{"parameters": {"signal": "ip", "event": "payment"}}',
            '{"parameters": {"signal": "ip", "event": "payment", "seconds": 0}}',
            '{"parameters": {"signal": "ip", "event": "payment", "seconds": 60, "ignore": "x"}}',
            '{"kind": "amount", "parameters": {"against": "tenant", "minimum": 0}}'
         ]::jsonb[]) AS m $$,
    $$ VALUES ('PY020') $$, 'what could not be measured is refused');

SELECT * FROM finish();
ROLLBACK;
