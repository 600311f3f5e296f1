BEGIN;
SELECT plan(12);

SELECT keep('list', sanctions_list());
CREATE FUNCTION pg_temp.import(p_name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ops.sanctions_add(tap_helpers.the(p_name), '[{
        "entryId": "1", "place": 0, "name": "x", "transliterated": "Somebody Else",
        "listedAs": "sanction"}]');
    PERFORM ops.sanctions_activate(tap_helpers.the(p_name));
END
$$;

SELECT is_empty($$ SELECT * FROM payments.sanctions_match('smith john paul', 80) $$,
                'what is being imported is not in force');
SELECT is(ops.sanctions_activate(the('list')), 4::bigint, 'it is switched to as a whole');
SELECT is((SELECT activated_by FROM payments.sanctions_lists), session_user::text,
          'and it is known by whom');
SELECT ok((SELECT activated_at <= clock() FROM payments.sanctions_lists), 'and when');
SELECT is((SELECT count(*) FROM payments.sanctions_match('smith john paul', 80)), 1::bigint,
          'from then on names are screened against it');
SELECT is(ops.sanctions_begin('ofac', '\x01'), NULL, 'the same file again is nothing new');
SELECT keep('second', ops.sanctions_begin('ofac', '\x02'));
SELECT throws_ok($$ SELECT ops.sanctions_activate(the('second')) $$, 'PY020', NULL,
                 'a file without names does not replace one');
SELECT pg_temp.import('second');
SELECT is_empty($$ SELECT * FROM payments.sanctions_match('smith john paul', 80) $$,
                'a new version replaces the last one');
SELECT is((SELECT count(DISTINCT version_id) FROM payments.sanctions_entries), 2::bigint,
          'which is kept beside');
SELECT keep('third', ops.sanctions_begin('ofac', '\x03'));
SELECT pg_temp.import('third');
SELECT is_empty($$ SELECT * FROM payments.sanctions_entries WHERE version_id = the('list') $$,
                'until the next one');
SELECT throws_ok($$ SELECT ops.sanctions_activate(gen_random_uuid()) $$, 'PY010', NULL,
                 'an unknown version is refused');
CREATE ROLE tap_aml_op LOGIN IN ROLE payments_operator;
GRANT EXECUTE ON FUNCTION ops.sanctions_activate(uuid) TO tap_aml_op;
SET LOCAL SESSION AUTHORIZATION tap_aml_op;
SELECT throws_ok($$ SELECT ops.sanctions_activate(gen_random_uuid()) $$, 'PY070', NULL,
                 'only the database''s owner imports');

SELECT * FROM finish();
ROLLBACK;
