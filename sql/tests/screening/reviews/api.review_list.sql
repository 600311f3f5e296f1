BEGIN;
SELECT plan(8);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');

SELECT keep('p', shady_payment('k1')), keep('q', shady_payment('k2')),
       keep('r', shady_payment('k3'));
SELECT payments.review_settle(tenant_a(), review_of(the('q')), 'approved', 'me', 'x', clock());
SET LOCAL ROLE payments_api;
CREATE FUNCTION pg_temp.list(p_filter jsonb, p_limit integer DEFAULT 20,
                             p_cursor text DEFAULT NULL)
RETURNS jsonb LANGUAGE sql
AS $$ SELECT api.review_list(tap_helpers.tenant_a(), p_filter, p_limit, p_cursor) $$;
SELECT is(jsonb_array_length(pg_temp.list('{}') -> 'data'), 3, 'all are listed');
SELECT is(jsonb_array_length(pg_temp.list('{"status": "open"}') -> 'data'), 2, 'by status');
SELECT is(pg_temp.list(jsonb_build_object('paymentId', kept('q'))) #>> '{data,0,status}',
          'approved', 'by payment');
SELECT is(jsonb_array_length(pg_temp.list('{"kind": "aml"}') -> 'data'), 0, 'by kind');
SELECT is(
    (SELECT count(DISTINCT d ->> 'id')
       FROM pg_temp.list('{}', 2) AS one,
            pg_temp.list('{}', 2, one ->> 'nextCursor') AS two,
            jsonb_array_elements((one -> 'data') || (two -> 'data')) AS d),
    3::bigint, 'page by page');
SELECT throws_ok($$ SELECT pg_temp.list('{}', 2, 'x') $$, 'PY050', NULL,
                 'a cursor that is none of ours is refused');
SELECT enter(NULL);
SELECT is(jsonb_array_length(api.review_list(tenant_b(), '{}', 20) -> 'data'), 0,
          'another tenant has its own queue');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT api.review_list('cccccccc-cccc-4ccc-8ccc-cccccccccccc', '{}', 20) $$,
                 'PY003', NULL, 'an unknown tenant is refused');

SELECT * FROM finish();
ROLLBACK;
