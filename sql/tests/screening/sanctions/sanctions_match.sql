BEGIN;
SELECT plan(11);

SELECT keep('list', sanctions_list());
SELECT ops.sanctions_activate(the('list'));

SELECT keep('other', ops.sanctions_begin('opensanctions', '\x02'));
SELECT ops.sanctions_add(the('other'), '[{
    "entryId": "9", "place": 0, "name": "John Paul Smith", "transliterated": "John Paul Smith",
    "listedAs": "other", "note": ""}]');
SET LOCAL ROLE payments_definer;
CREATE FUNCTION pg_temp.found(p_name text, p_least integer DEFAULT 75) RETURNS text
LANGUAGE sql AS $$
    SELECT string_agg(m.entry_id || ':' || m.score, ',' ORDER BY m.score DESC)
      FROM payments.sanctions_match(payments.name_normal(p_name), p_least) AS m $$;
SELECT is(pg_temp.found('Smith, John Paul'), '1:100',
          'the same name is found; a version that is not in force is not looked at');
SELECT is(pg_temp.found('John Paul Smith'), '1:100', 'in whatever order');
SELECT is(pg_temp.found('Jon Paul Smythe') LIKE '1:%', true,
          'and however it is spelt, when it sounds the same');
SELECT is(pg_temp.found('GOLDEN STAR TRADING GmbH'), '3:100', 'a company whatever its form');
SELECT is(pg_temp.found('Vladimir Petroff') LIKE '2:%', true,
          'a person once, by the likest of the names');
SELECT is(pg_temp.found('Mary Miller'), NULL, 'another name is not found');
SELECT is(pg_temp.found('Golden Gate Bakery'), NULL, 'nor one that shares a word');
SELECT is(pg_temp.found(''), NULL, 'nor nothing');
RESET ROLE;
-- Written before the list that is in force: found first.
CREATE TEMP TABLE kept_entries AS
SELECT e.* FROM payments.sanctions_entries AS e WHERE e.version_id = the('list');
DELETE FROM payments.sanctions_entries AS e WHERE e.version_id = the('list');
INSERT INTO payments.sanctions_entries (version_id, entry_id, place, name, normal, codes, listed_as)
SELECT the('other'), 'y' || n, 0, 'y', 'xn pl sm0 ' || n, payments.name_codes('john paul smith'),
       'sanction'
  FROM generate_series(1, 400) AS n;
INSERT INTO payments.sanctions_entries SELECT k.* FROM kept_entries AS k;
SET LOCAL ROLE payments_definer;
SELECT is(pg_temp.found('Jon Pol Smythe', 60), '1:68',
          'and a version that is being imported hides nobody, however many of its names sound the '
          'same');
RESET ROLE;
INSERT INTO payments.sanctions_entries (version_id, entry_id, place, name, normal, codes, listed_as)
SELECT the('list'), 'x' || n, 0, 'x', md5(n::text) || ' ' || md5((-n)::text),
       payments.name_codes(md5(n::text)), 'sanction'
  FROM generate_series(1, 5000) AS n;
ANALYZE payments.sanctions_entries;
SET LOCAL pg_trgm.similarity_threshold = 0.55;
CREATE FUNCTION pg_temp.plan_of(p_condition text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE 'EXPLAIN SELECT * FROM payments.sanctions_entries AS e
        WHERE e.version_id = ANY (ARRAY(SELECT l.version_id FROM payments.sanctions_lists AS l))
          AND ' || p_condition;
END
$$;
SELECT isnt_empty($$
    SELECT * FROM pg_temp.plan_of($q$e.normal OPERATOR(public.%) 'golden star trading'$q$) AS p
     WHERE p LIKE '%sanctions_entries_by_trigram%'
$$, 'among twenty thousand names the trigram index is used');
SELECT isnt_empty($$
    SELECT * FROM pg_temp.plan_of($q$e.codes @> '{KLTN,STR}' LIMIT 300$q$) AS p
     WHERE p LIKE '%sanctions_entries_by_sound%'
$$, 'and the index of sounds');

SELECT * FROM finish();
ROLLBACK;
