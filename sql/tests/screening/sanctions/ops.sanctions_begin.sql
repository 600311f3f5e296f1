BEGIN;
SELECT plan(3);

SELECT isnt(ops.sanctions_begin('ofac', '\x01'), NULL, 'an import begins');
SELECT throws_ok($$ SELECT ops.sanctions_begin('excel', '\x01') $$, 'PY020', NULL,
                 'an unknown format is refused');
CREATE ROLE tap_aml_op LOGIN IN ROLE payments_operator;
GRANT EXECUTE ON FUNCTION ops.sanctions_begin(text, bytea) TO tap_aml_op;
SET LOCAL SESSION AUTHORIZATION tap_aml_op;
SELECT throws_ok($$ SELECT ops.sanctions_begin('ofac', '\x01') $$, 'PY070', NULL,
                 'only the database''s owner imports');

SELECT * FROM finish();
ROLLBACK;
