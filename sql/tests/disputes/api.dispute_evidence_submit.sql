BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(15);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_b(), 'k1'),
       dispute(payment_of(tenant_b(), 'k1'), 'x', 'needs_response');
SELECT settled_payment(tenant_a(), 'k1'), settled_payment(tenant_a(), 'k2'),
       settled_payment(tenant_a(), 'k3');
SELECT dispute(pay('k1'), 'd', 'needs_response'), dispute(pay('k2'), 'd', 'lost'),
       dispute(pay('k3'), 'd', 'needs_response', NULL,
               '{"evidence_details": {"due_by": 1000000000, "submission_count": 0}}');
SELECT keep('d', dispute_of(pay('k1'), 'd')), keep('lost', dispute_of(pay('k2'), 'd')),
       keep('late', dispute_of(pay('k3'), 'd')),
       keep('foreign', dispute_of(payment_of(tenant_b(), 'k1'), 'x'));
CREATE FUNCTION pg_temp.submit(p_key text, p_dispute text, p_fingerprint bytea DEFAULT '\x01')
RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text,
               detail text) LANGUAGE sql
AS $$ SELECT * FROM api.dispute_evidence_submit(tap_helpers.tenant_a(), 'svc', p_key, p_fingerprint,
                                                tap_helpers.the(p_dispute),
                                                '{"evidence": {"uncategorized_text": "He was '
                                                'there."}}', 20) $$;
SELECT enter(tenant_a()), keep('none', gen_random_uuid()), remember();
SET LOCAL ROLE payments_api;
SELECT throws_ok($$ SELECT * FROM pg_temp.submit('e', 'none') $$, 'PY010', NULL,
                 'an unknown dispute is refused');
SELECT throws_ok($$ SELECT * FROM pg_temp.submit('e', 'foreign') $$, 'PY010', NULL,
                 'another tenant''s is not there');
SELECT throws_ok($$ SELECT * FROM pg_temp.submit('e', 'lost') $$, 'PY030', NULL,
                 'a decided one takes no evidence');
SELECT throws_ok($$ SELECT * FROM pg_temp.submit('e', 'late') $$, 'PY030', NULL,
                 'nor one whose deadline has passed');
SELECT unchanged('no refused evidence left anything, nor its key');
CREATE TEMP TABLE first AS SELECT * FROM pg_temp.submit('e1', 'd');
SELECT results_eq(
    $$ SELECT operation ->> 'kind', operation #>> '{request,target}' = 'dp_d_' || pay('k1'),
              operation #>> '{request,params,submit}', operation #>>
              '{request,params,evidence,uncategorized_text}', operation ->> 'fenced'
         FROM first $$,
    $$ VALUES ('evidence', true, 'true', 'He was there.', 'true') $$,
    'evidence is a call to carry: it is submitted, not only stored');
SELECT remember();
SELECT throws_ok($$ SELECT * FROM pg_temp.submit('e1', 'd') $$, 'PY041', NULL,
                 'the same key while it runs is in progress');
SELECT throws_ok($$ SELECT * FROM pg_temp.submit('e1', 'd', '\x02') $$, 'PY040', NULL,
                 'the same key with another request is refused');
SELECT throws_ok($$ SELECT * FROM pg_temp.submit('e2', 'd') $$, 'PY030', NULL,
                 'evidence goes out once');
SELECT unchanged('no repetition left anything');
RESET ROLE;
SELECT ok(
    finish(operation_of(the('d'), 'evidence'), '{"outcome": "failed", "code": "invalid_file"}'),
    'Stripe refuses it');
SET LOCAL ROLE payments_api;
SELECT is((SELECT operation ->> 'kind' FROM pg_temp.submit('e3', 'd')), 'evidence',
          'then it may be tried anew');
RESET ROLE;
SELECT ok(
    finish(operation_of(the('d'), 'evidence'),
           jsonb_build_object('outcome', 'succeeded', 'object',
                              dispute_object(pay('k1'), 'd', 'under_review', NULL,
                                             '{"evidence_details": {"submission_count": 1}}'))),
    'Stripe takes it');
SET LOCAL ROLE payments_api;
SELECT results_eq(
    $$ SELECT status, body ->> 'status', body -> 'submissionCount', replayed
         FROM pg_temp.submit('e3', 'd') $$,
    $$ VALUES (200, 'under_review', '1'::jsonb, true) $$,
    'the answer is the dispute as it is now');
SELECT throws_ok($$ SELECT * FROM pg_temp.submit('e4', 'd') $$, 'PY030', NULL,
                 'a second time it is not taken');

SELECT * FROM finish();
ROLLBACK;
