BEGIN;
SELECT plan(2);

SELECT is(payments.document_found('refund', '{"id": 1}'), '{"id": 1}', 'a document is handed on');
SELECT throws_ok($$ SELECT payments.document_found('refund', NULL) $$, 'PY010', 'no such refund',
                 'what is not there is refused by its name');

SELECT * FROM finish();
ROLLBACK;
