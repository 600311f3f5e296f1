BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(7);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT paid_payment(tenant_b(), 'k1'), refund(payment_of(tenant_b(), 'k1'), 'r', 9);
SELECT paid_payment(tenant_a(), 'k1'), paid_payment(tenant_a(), 'k2');
SELECT refund(pay('k1'), 'a', 1), advance('1 minute'), refund(pay('k1'), 'b', 2),
       advance('1 minute'), refund(pay('k2'), 'c', 3);
CREATE FUNCTION pg_temp.page(p_filter jsonb, p_limit integer, p_cursor text DEFAULT NULL)
    RETURNS text LANGUAGE sql
AS $$ SELECT concat_ws(' ', string_agg(d ->> 'amount', ',' ORDER BY n),
                       bool_and((l ->> 'hasMore')::boolean)::text)
        FROM api.refund_list(tap_helpers.tenant_a(), p_filter, p_limit, p_cursor) AS l,
             jsonb_array_elements(l -> 'data') WITH ORDINALITY AS e (d, n) $$;
SET LOCAL ROLE payments_api;
SELECT is(pg_temp.page('{}', 10), '3,2,1 false',
          'a tenant''s refunds, newest first, and nobody else''s');
SELECT is(pg_temp.page(jsonb_build_object('paymentId', pay('k1')), 10), '2,1 false',
          'of one payment');
SELECT is(pg_temp.page('{}', 2), '3,2 true', 'a page says that there is more');
SELECT is(pg_temp.page('{}', 2, api.refund_list(tenant_a(), '{}', 2) ->> 'nextCursor'), '1 false',
          'and where');
SELECT is(api.refund_list(tenant_a(), jsonb_build_object('paymentId', gen_random_uuid()), 2),
          '{"data": [], "hasMore": false, "nextCursor": null}', 'no refund is an empty page');
SELECT throws_ok($$ SELECT api.refund_list(tenant_a(), '{}', 2, 'nonsense') $$, 'PY050', NULL,
                 'a cursor of no page is refused');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT api.refund_list('cccccccc-cccc-4ccc-8ccc-cccccccccccc', '{}', 2) $$,
                 'PY003', NULL, 'an unknown tenant is refused');

SELECT * FROM finish();
ROLLBACK;
