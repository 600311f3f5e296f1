-- Each way to tamper, by somebody whom no trigger stops.
BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(10);
SELECT enter(tenant_a());
SELECT payments.audit_add(tenant_a(), ('00000000-0000-4000-8000-00000000000' || n)::uuid, 'ana',
                          'x', NULL, 'accepted', NULL, NULL) FROM generate_series(1, 4) AS n;
SELECT unchecked($$ UPDATE payments.audit_log SET recorded_xid = '5' WHERE subject = 'ana' $$);
SELECT api.audit_chain(tenant_a(), 100);
CREATE FUNCTION pg_temp.broken(p_statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v_first text;
BEGIN
    BEGIN
        PERFORM tap_helpers.unchecked(p_statement);
        SELECT concat_ws(' ', b.seq, right(b.audit_id::text, 1), b.problem) INTO v_first
          FROM payments.audit_breaks(tap_helpers.tenant_a()) AS b ORDER BY b.seq, b.audit_id
         LIMIT 1;
        RAISE EXCEPTION 'undo' USING ERRCODE = 'TT001';
    EXCEPTION WHEN SQLSTATE 'TT001' THEN
        RETURN v_first;
    END;
END
$$;
SELECT is(pg_temp.broken('SELECT 1'), NULL, 'an untouched log holds');
SELECT is(
    pg_temp.broken($$ UPDATE payments.audit_log SET subject = 'bob' WHERE id::text LIKE '%2'
                         AND subject = 'ana' $$), '2 2 the row was changed',
    'a changed row is named');
SELECT is(pg_temp.broken($$ DELETE FROM payments.audit_log WHERE id::text LIKE '%3' $$),
          '3 3 the row is missing', 'a deleted row is named');
SELECT is(
    pg_temp.broken($$
        INSERT INTO payments.audit_log
        SELECT (jsonb_populate_record(a, '{"id": "00000000-0000-4000-8000-000000000029"}')).*
          FROM payments.audit_log AS a WHERE a.id::text LIKE '%2' AND a.subject = 'ana'
    $$),
    '4 9 the row was inserted after its time',
    'an inserted row is named, with the link it stands behind');
SELECT is(pg_temp.broken($$ DELETE FROM payments.audit_links WHERE seq = 2 $$),
          '1 2 the row was inserted after its time', 'a row whose link was taken looks inserted');
SELECT is(
    pg_temp.broken($$
        DELETE FROM payments.audit_links WHERE seq = 2;
        DELETE FROM payments.audit_log WHERE id::text LIKE '%2' AND subject = 'ana'
    $$),
    '3 3 a link before this one is missing', 'a row taken with its link leaves a gap');
SELECT is(
    pg_temp.broken($$
        UPDATE payments.audit_log SET subject = 'bob'
         WHERE id::text LIKE '%2' AND subject = 'ana';
        UPDATE payments.audit_links AS l SET row_digest = payments.audit_digest(a)
          FROM payments.audit_log AS a WHERE a.id = l.audit_id AND l.seq = 2
    $$),
    '2 2 the link was changed', 'a row changed together with its link breaks the chain');
SELECT is(
    pg_temp.broken($$
        DELETE FROM payments.audit_links WHERE seq = 4;
        DELETE FROM payments.audit_log WHERE id::text LIKE '%4' AND subject = 'ana'
    $$),
    '4 the end of the chain is missing', 'the end taken off is noticed');
SELECT is(
    pg_temp.broken($$ UPDATE payments.audit_log SET client_ip = '192.0.2.9'
                       WHERE subject = 'ana' $$), '1 1 the row was changed',
    'of several the first is first');
SET LOCAL ROLE payments_analyst;
SELECT throws_ok('SELECT * FROM payments.audit_breaks(tenant_a())', '42501', NULL,
                 'people ask by audit_verify');

SELECT * FROM finish();
ROLLBACK;
