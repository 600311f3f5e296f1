BEGIN;
SELECT plan(6);

SET LOCAL ROLE payments_definer;
SELECT is(payments.stripe_event_decode(convert_to('{"a": "b"}', 'UTF8')), '{"a": "b"}',
          'an event is read as it is');
SELECT is(payments.stripe_event_decode(convert_to('{"a": "x\u0000y\u0000"}', 'UTF8')) ->> 'a',
          E'x\uFFFDy\uFFFD', 'zero characters are replaced');
SELECT is(payments.stripe_event_decode(convert_to('{"a": "\\u0000"}', 'UTF8')) ->> 'a', '\u0000',
          'an escaped backslash before u0000 is left alone');
SELECT is(payments.stripe_event_decode(convert_to('{"a": "\\\u0000"}', 'UTF8')) ->> 'a',
          E'\\\uFFFD', 'a backslash before a zero character stays');
SELECT throws_ok($$ SELECT payments.stripe_event_decode('\x7b') $$, '22P02', NULL,
                 'a body that is not JSON is an error');
SELECT throws_ok($$ SELECT payments.stripe_event_decode('\xff') $$, '22021', NULL,
                 'a body that is not UTF-8 is an error');

SELECT * FROM finish();
ROLLBACK;
