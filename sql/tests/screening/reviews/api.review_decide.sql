BEGIN;
SELECT plan(9);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');

SELECT keep('p', shady_payment('k1')), keep('q', shady_payment('k2'));
CREATE FUNCTION pg_temp.decide(p_key text, p_name text, p_decision text,
                               p_fingerprint bytea DEFAULT '\x01')
RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text,
               detail text) LANGUAGE sql
AS $$ SELECT * FROM api.review_decide(tap_helpers.tenant_a(), 'svc', p_key, p_fingerprint,
                                      tap_helpers.review_of(tap_helpers.the(p_name)), p_decision,
                                      '{"note": "because"}', 20) $$;
SET LOCAL ROLE payments_api;
SELECT results_eq(
    $$ SELECT status, body ->> 'status', body ->> 'note', body ->> 'decidedBy', operation, replayed
         FROM pg_temp.decide('a', 'p', 'approved') $$,
    $$ VALUES (200, 'approved', 'because', 'svc', NULL::jsonb, false) $$,
    'a decision is answered with the review');
SELECT results_eq(
    $$ SELECT status, body ->> 'status', replayed FROM pg_temp.decide('a', 'p', 'approved') $$,
    $$ VALUES (200, 'approved', true) $$, 'the same key again with the same answer');
SELECT remember();
SELECT throws_ok($$ SELECT * FROM pg_temp.decide('a', 'p', 'approved', '\x02') $$, 'PY040', NULL,
                 'the same key with another request is refused');
SELECT throws_ok($$ SELECT * FROM pg_temp.decide('b', 'p', 'approved') $$, 'PY030', NULL,
                 'approved twice is refused');
SELECT throws_ok($$ SELECT * FROM pg_temp.decide('b', 'p', 'rejected') $$, 'PY030', NULL,
                 'rejected after approval is refused');
SELECT enter(NULL);
SELECT throws_ok(
    $$ SELECT * FROM api.review_decide(tenant_b(), 'svc', 'b', '\x01', review_of(the('q')),
                                       'approved', '{"note": "x"}', 20) $$, 'PY010', NULL,
    'another tenant''s review is not there');
SELECT enter(NULL);
SELECT unchanged('no refusal left anything, nor its key');
SELECT is((SELECT body ->> 'status' FROM pg_temp.decide('a', 'q', 'rejected')), 'rejected',
          'a rejection is a route of its own');
SET LOCAL ROLE payments_worker;
SELECT throws_ok($$ SELECT * FROM pg_temp.decide('c', 'q', 'approved') $$, '42501', NULL,
                 'the worker decides nothing');

SELECT * FROM finish();
ROLLBACK;
