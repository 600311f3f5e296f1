BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(26);
SET LOCAL ROLE payments_definer;
CREATE FUNCTION pg_temp.sealed(p_text text) RETURNS text LANGUAGE sql
AS $$ SELECT translate(encode(convert_to(p_text, 'UTF8'), 'base64'), E'+/=\n', '-_') $$;

SELECT results_eq(
    $$ SELECT *
         FROM payments.cursor_decode(
             payments.cursor_encode('2026-01-02 03:04:05.678901+00', tenant_a())) $$,
    $$ VALUES ('2026-01-02 03:04:05.678901+00'::timestamptz, tenant_a()) $$,
    'a cursor of ours is read back');
SELECT results_eq('SELECT * FROM payments.cursor_decode(NULL)',
                  'VALUES (NULL::timestamptz, NULL::uuid)', 'no cursor is the beginning');
SELECT throws_ok(format('SELECT * FROM payments.cursor_decode(%L)', c.cursor), 'PY050', NULL,
                 c.description)
  FROM (VALUES ('', 'an empty cursor is refused'), ('x', 'a letter is refused'),
               ('abcde', 'a length that base64 cannot have is refused'),
               ('abcd', 'bytes that are no text are refused'), ('a b', 'a space is refused'),
               ('ab+/', 'base64 of the other alphabet is refused'),
               ('AAAA', 'a zero byte is refused'),
               (repeat('A', 201), 'a cursor that is too long is refused'),
               ('é', 'a letter beyond ASCII is refused'),
               ('____', 'a byte that is no UTF-8 is refused'),
               (E'abcd\n', 'a line break is refused'), ('null', 'a word is refused'),
               (pg_temp.sealed('2026-01-02T03:04:05.000000Z'), 'a time without a row is refused'),
               (pg_temp.sealed('2026-01-02T03:04:05.000000Z 17'),
                'a row that is no uuid is refused'),
               (pg_temp.sealed('soon ' || tenant_a()), 'a word for a time is refused'),
               (pg_temp.sealed('2026-13-02T03:04:05.000000Z ' || tenant_a()),
                'a thirteenth month is refused'),
               (pg_temp.sealed('999999-01-02T03:04:05.000000Z ' || tenant_a()),
                'a year beyond the calendar is refused'),
               (pg_temp.sealed('2026-01-02T03:04:05.000000Mars/Base ' || tenant_a()),
                'an unknown zone is refused'),
               (pg_temp.sealed('2026-01-02T03:04:05.000000+99:99 ' || tenant_a()),
                'a zone further than a day is refused'),
               (pg_temp.sealed('now ' || tenant_a()), 'the word now is refused'),
               (pg_temp.sealed('infinity ' || tenant_a()), 'the word infinity is refused'),
               (pg_temp.sealed('2026-01-02 ' || tenant_a()),
                'another way to write a time is refused'),
               (payments.cursor_encode('2026-01-02 03:04:05+00', tenant_a()) || 'A',
                'a cursor of ours with more behind it is refused'))
       AS c (cursor, description);
RESET ROLE;
SET LOCAL ROLE payments_api;
SELECT throws_ok('SELECT * FROM payments.cursor_decode(NULL)', '42501', NULL,
                 'a caller may not call it directly');

SELECT * FROM finish();
ROLLBACK;
