BEGIN;
SELECT plan(3);

SELECT keep('list', sanctions_list());
SELECT ops.sanctions_activate(the('list'));

SET LOCAL ROLE payments_analyst;
SELECT results_eq(
    $$ SELECT format, entry_id, name, listed_as, note, score
         FROM ops.sanctions_search('john paul smith') $$,
    $$ VALUES ('ofac', '1', 'SMITH, John Paul', 'sanction', 'SDGT', 100) $$,
    'an analyst looks a name up');
SELECT is_empty($$ SELECT * FROM ops.sanctions_search('Mary Miller') $$,
                'another one is not there');
SET LOCAL ROLE payments_api;
SELECT throws_ok($$ SELECT * FROM ops.sanctions_search('x') $$, '42501', NULL,
                 'the service does not');

SELECT * FROM finish();
ROLLBACK;
