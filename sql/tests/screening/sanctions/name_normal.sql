BEGIN;
SELECT plan(2);

SET LOCAL ROLE payments_definer;
SELECT results_eq(
    $$ SELECT payments.name_normal(n)
         FROM unnest(ARRAY['SMITH, John  Paul', 'Golden-Star Trading Co., Ltd.', 'O''Neill',
                           'The Company Ltd', '!!', 'Sàn']) AS n $$,
    $$ VALUES ('smith john paul'), ('golden star trading'), ('oneill'), ('the company ltd'), (''),
              ('s n') $$,
    'names are compared without case, punctuation and legal forms, unless there is nothing else');
SELECT is(payments.name_normal(NULL), NULL, 'no name is none');

SELECT * FROM finish();
ROLLBACK;
