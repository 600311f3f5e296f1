BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(9);
SELECT remember();
SET LOCAL ROLE payments_analyst;

SELECT results_eq('SELECT * FROM ops.split_preview(10000, splits())',
    $$ VALUES ('venue', 'v1', 6000::bigint), ('artist', 'a1', 2500),
              ('platform', 'platform', 1500) $$,
    'an analyst previews what each recipient would get');
SELECT results_eq('SELECT * FROM ops.split_preview(10000, splits(), 5000)',
    $$ VALUES ('venue', 'v1', 3000::bigint), ('artist', 'a1', 1250),
              ('platform', 'platform', 750) $$,
    'a partial capture is previewed, too');
SELECT results_eq($$ SELECT * FROM ops.split_preview(7, '[]') $$,
                  $$ VALUES ('platform', 'platform', 7::bigint) $$,
    'without shares the platform gets all');
SELECT throws_ok('SELECT * FROM ops.split_preview(10000, splits(), 10001)', 'PY023', NULL,
                 'an impossible capture is refused');
SELECT throws_ok('SELECT * FROM ops.split_preview(100, splits())', 'PY023', NULL,
                 'impossible shares are refused');
SELECT results_eq(
    $$ SELECT * FROM ops.split_preview(300,
                                       '[{"recipientType": "venue", "recipientId": "v", '
                                       '"basisPoints": 5000}]', NULL, 'isk') $$,
    $$ VALUES ('venue', 'v', 200::bigint), ('platform', 'platform', 100) $$,
    'in a currency of whole units nobody gets a fraction');
SELECT unchanged('a preview changes no row');
SET LOCAL ROLE payments_operator;
SELECT isnt_empty('SELECT * FROM ops.split_preview(10000, splits())',
                  'an operator previews as well');
SET LOCAL ROLE payments_api;
SELECT throws_ok('SELECT * FROM ops.split_preview(10000, splits())', '42501', NULL,
                 'the service does not');

SELECT * FROM finish();
ROLLBACK;
