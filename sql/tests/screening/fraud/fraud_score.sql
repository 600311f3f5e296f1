BEGIN;
SELECT plan(9);

SET LOCAL ROLE payments_definer;
CREATE FUNCTION pg_temp.score(p_facts jsonb, p_phase text DEFAULT 'request') RETURNS text
LANGUAGE sql AS $$
    SELECT concat_ws(' ', s.decision, s.score, s.reasons)
      FROM payments.fraud_score('{"review": 50, "block": 100, "rules": [
        {"name": "no", "kind": "blocklist", "weight": 100, "threshold": 1},
        {"name": "yes", "kind": "allowlist", "weight": 0, "threshold": 1},
        {"name": "fast", "kind": "velocity", "weight": 50, "threshold": 3},
        {"name": "big", "kind": "amount", "weight": 30, "threshold": 500},
        {"name": "bad", "kind": "velocity", "weight": 60, "threshold": 2}]}', p_facts,
        p_phase) AS s $$;
SELECT is(pg_temp.score('{}'), 'allow 0 {}', 'nothing against it: allowed');
SELECT is(pg_temp.score('{"fast": 2, "big": 499}'), 'allow 0 {}',
          'below its threshold no rule counts');
SELECT is(pg_temp.score('{"big": 500}'), 'allow 30 {big}',
          'a weak reason alone is named and does not stop it');
SELECT is(pg_temp.score('{"fast": 3}'), 'review 50 {fast}', 'a strong one asks a person');
SELECT is(pg_temp.score('{"fast": 3, "bad": 9, "big": 999}'), 'block 100 {bad,fast,big}',
          'several refuse it, heaviest first, 100 at most');
SELECT is(pg_temp.score('{"fast": 3, "bad": 9}', 'charge'), 'review 100 {bad,fast}',
          'once there is a charge a person decides');
SELECT is(pg_temp.score('{"fast": 3, "bad": 9, "yes": 1}'), 'allow 0 {yes}',
          'an allowlist silences the others');
SELECT is(pg_temp.score('{"fast": 3, "yes": 1, "no": 1}'), 'block 100 {no,yes}',
          'but not the blocklist');
SELECT is(pg_temp.score('{"gone": 9}'), 'allow 0 {}', 'a fact without its rule is nothing');

SELECT * FROM finish();
ROLLBACK;
