BEGIN;
SELECT plan(4);

CREATE FUNCTION pg_temp.page(p_documents integer, p_limit integer) RETURNS jsonb LANGUAGE sql
AS $$ SELECT payments.page_of(ARRAY(
          SELECT jsonb_build_object('id', tap_helpers.tenant_a(), 'n', n,
                                    'createdAt', '2026-01-01T00:00:0' || n || '.000001Z')
            FROM generate_series(1, p_documents) AS n), p_limit) $$;
SELECT is(pg_temp.page(0, 2), '{"data": [], "hasMore": false, "nextCursor": null}',
          'a page may be empty');
SELECT is(pg_temp.page(2, 2) - 'data', '{"hasMore": false, "nextCursor": null}',
          'a page that holds all is the last');
SELECT is(jsonb_path_query_array(pg_temp.page(3, 2), '$.data[*].n'), '[1, 2]',
          'one more than the page holds is not shown');
SELECT results_eq(
    $$ SELECT c.created_at, c.id
         FROM payments.cursor_decode(pg_temp.page(3, 2) ->> 'nextCursor') AS c $$,
    $$ VALUES ('2026-01-01 00:00:02.000001+00'::timestamptz, tenant_a()) $$,
    'the next page begins behind the last document of this one');

SELECT * FROM finish();
ROLLBACK;
