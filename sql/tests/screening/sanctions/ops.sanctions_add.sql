BEGIN;
SELECT plan(4);

SELECT keep('list', sanctions_list());

SELECT results_eq(
    $$ SELECT entry_id, place, normal, listed_as FROM payments.sanctions_entries
        ORDER BY entry_id, place $$,
    $$ VALUES ('1', 0, 'smith john paul', 'sanction'), ('2', 0, 'vladimir petrov', 'pep'),
              ('2', 1, 'wladimir petroff', 'pep'), ('3', 0, 'golden star trading', 'sanction') $$,
    'names are kept as they are compared');
SELECT is(ops.sanctions_add(the('list'), '[
    {"entryId": "1", "place": 0, "name": "x", "transliterated": "x", "listedAs": "sanction"},
    {"entryId": "4", "place": 0, "name": "!", "transliterated": "!", "listedAs": "sanction"}]'), 0,
    'a name twice, or none, is not added');
SELECT is((SELECT names FROM payments.sanctions_versions), 4::bigint, 'and they are counted');
CREATE ROLE tap_aml_op LOGIN IN ROLE payments_operator;
GRANT EXECUTE ON FUNCTION ops.sanctions_add(uuid, jsonb) TO tap_aml_op;
SET LOCAL SESSION AUTHORIZATION tap_aml_op;
SELECT throws_ok($$ SELECT ops.sanctions_add(gen_random_uuid(), '[]') $$, 'PY070', NULL,
                 'only the database''s owner imports');

SELECT * FROM finish();
ROLLBACK;
