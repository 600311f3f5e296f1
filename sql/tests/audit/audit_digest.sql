BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(4);
SELECT enter(tenant_a());
SELECT payments.audit_add(tenant_a(), tenant_a(), 'ana', 'x', 'p1', 'refused', 'not_found',
                          '{"ip": "192.0.2.1", "traceId": "abc", "keyId": "k"}');
CREATE FUNCTION pg_temp.digest(p_change jsonb DEFAULT '{}') RETURNS bytea LANGUAGE sql
AS $$ SELECT payments.audit_digest(jsonb_populate_record(a, p_change)) FROM payments.audit_log AS a
       WHERE a.subject = 'ana' $$;
SELECT is(length(pg_temp.digest()), 32, 'a row has a digest');
SELECT keep('digest', pg_temp.digest());
SELECT is_empty($$
    SELECT c.attname FROM pg_attribute AS c
     WHERE c.attrelid = 'payments.audit_log'::regclass AND c.attnum > 0 AND NOT c.attisdropped
       AND pg_temp.digest(jsonb_build_object(c.attname, CASE c.atttypid WHEN 'uuid'::regtype
                                             THEN tenant_b()::text
               WHEN 'timestamptz'::regtype THEN '2000-01-01' ELSE '7' END)) = pg_temp.digest()
$$, 'every column has its part in it');
SELECT isnt(pg_temp.digest('{"client_ip": null}'), pg_temp.digest('{"client_ip": ""}'),
            'nothing is not the same as empty');
SET LOCAL TimeZone = 'Asia/Tokyo';
SET LOCAL DateStyle = 'German';
SELECT is(pg_temp.digest()::text, kept('digest'), 'the session''s settings have none');

SELECT * FROM finish();
ROLLBACK;
