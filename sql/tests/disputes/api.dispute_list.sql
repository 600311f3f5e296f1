BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(8);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_b(), 'k1'), dispute(payment_of(tenant_b(), 'k1'), 'x', 'lost');
SELECT settled_payment(tenant_a(), 'k1'), settled_payment(tenant_a(), 'k2');
SELECT dispute(pay('k1'), 'a', 'needs_response', 1), advance('1 minute'),
       dispute(pay('k1'), 'b', 'lost', 2), advance('1 minute'), dispute(pay('k2'), 'c', 'lost', 3);
CREATE FUNCTION pg_temp.page(p_filter jsonb, p_limit integer, p_cursor text DEFAULT NULL)
    RETURNS text LANGUAGE sql
AS $$ SELECT concat_ws(' ', string_agg(d ->> 'amount', ',' ORDER BY n),
                       bool_and((l ->> 'hasMore')::boolean)::text)
        FROM api.dispute_list(tap_helpers.tenant_a(), p_filter, p_limit, p_cursor) AS l,
             jsonb_array_elements(l -> 'data') WITH ORDINALITY AS e (d, n) $$;
SET LOCAL ROLE payments_api;
SELECT is(pg_temp.page('{}', 10), '3,2,1 false',
          'a tenant''s disputes, newest first, and nobody else''s');
SELECT is(pg_temp.page(jsonb_build_object('paymentId', pay('k1')), 10), '2,1 false',
          'of one payment');
SELECT is(pg_temp.page('{"status": "lost"}', 10), '3,2 false', 'in one status');
SELECT is(pg_temp.page('{}', 2), '3,2 true', 'a page says that there is more');
SELECT is(pg_temp.page('{}', 2, api.dispute_list(tenant_a(), '{}', 2) ->> 'nextCursor'), '1 false',
          'and where');
SELECT is(api.dispute_list(tenant_a(), '{"status": "won"}', 2),
          '{"data": [], "hasMore": false, "nextCursor": null}', 'no dispute is an empty page');
SELECT throws_ok($$ SELECT api.dispute_list(tenant_a(), '{}', 2, 'nonsense') $$, 'PY050', NULL,
                 'a cursor of no page is refused');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT api.dispute_list('cccccccc-cccc-4ccc-8ccc-cccccccccccc', '{}', 2) $$,
                 'PY003', NULL, 'an unknown tenant is refused');

SELECT * FROM finish();
ROLLBACK;
