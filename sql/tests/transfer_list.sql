BEGIN;
SELECT plan(13);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1', false);
SELECT open_account(tenant_b(), 'venue', 'v1'), open_account(tenant_b(), 'artist', 'a1');
SELECT settled_payment(tenant_b(), 'k1');
SELECT settled_payment(tenant_a(), 'k' || n) FROM generate_series(1, 3) AS n;
SELECT enter(NULL);
SELECT remember();
SET LOCAL ROLE payments_api;
SELECT is((SELECT (jsonb_array_length(d -> 'data'), d -> 'hasMore', d ->> 'nextCursor')::text FROM api.transfer_list(tenant_a(), '{}', 10) AS d), '(6,false,)', 'a tenant sees its own transfers and no other''s');
SELECT is((SELECT array_agg(DISTINCT e ->> 'paymentId') FROM jsonb_array_elements(api.transfer_list(tenant_a(), jsonb_build_object('paymentId', pay('k2')), 10) -> 'data') AS e), ARRAY[pay('k2')::text], 'the payment asked for is the only one');
SELECT is((SELECT (count(*), min(e ->> 'status'), max(e ->> 'status'))::text FROM jsonb_array_elements(api.transfer_list(tenant_a(), '{"status": "blocked"}', 10) -> 'data') AS e), '(3,blocked,blocked)', 'the status asked for is the only one');
SELECT is((SELECT bool_and(a >= b) FROM (SELECT e ->> 'createdAt' AS a, lead(e ->> 'createdAt') OVER (ORDER BY n) AS b FROM jsonb_array_elements(api.transfer_list(tenant_a(), '{}', 10) -> 'data') WITH ORDINALITY AS x (e, n)) AS s), true, 'the newest comes first');
CREATE FUNCTION pg_temp.pages(p_limit integer) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    v_page jsonb;
    v_ids text[] := '{}';
BEGIN
    LOOP
        v_page := api.transfer_list(tenant_a(), '{}', p_limit, v_page ->> 'nextCursor');
        v_ids := v_ids || ARRAY(SELECT e ->> 'id' FROM jsonb_array_elements(v_page -> 'data') AS e);
        EXIT WHEN v_page ->> 'nextCursor' IS NULL;
    END LOOP;
    RETURN v_ids;
END $$;
SELECT is(pg_temp.pages(n), pg_temp.pages(100), format('pages of %s go through all transfers, each once', n)) FROM unnest(ARRAY[1, 2, 4, 6]) AS n;
SELECT is(cardinality(pg_temp.pages(2)), 6, 'none is missing');
SELECT is(api.transfer_list(tenant_a(), '{"status": "reversed"}', 10), '{"data": [], "hasMore": false, "nextCursor": null}', 'an empty list is a list');
SELECT throws_ok($$ SELECT api.transfer_list(tenant_a(), '{}', 10, 'nonsense!') $$, 'PY050', NULL, 'a cursor that is not ours is refused');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT api.transfer_list('cccccccc-cccc-4ccc-8ccc-cccccccccccc', '{}', 10) $$, 'PY003', NULL, 'an unknown tenant is refused');
RESET ROLE;
SELECT unchanged('looking changes nothing');

SELECT * FROM finish();
ROLLBACK;
