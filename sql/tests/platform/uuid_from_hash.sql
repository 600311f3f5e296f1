BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(7);
SET LOCAL ROLE payments_definer;

SELECT is(payments.uuid_from_hash(sha256('')), 'e3b0c442-98fc-8c14-9afb-f4c8996fb924'::uuid,
    'a hash becomes a uuid of its first 16 bytes, version 8');
SELECT is(payments.uuid_from_hash(decode(repeat('ff', 32), 'hex')),
          'ffffffff-ffff-8fff-bfff-ffffffffffff'::uuid,
    'version and variant are set over ones');
SELECT is(payments.uuid_from_hash(decode(repeat('00', 32), 'hex')),
          '00000000-0000-8000-8000-000000000000'::uuid,
    'version and variant are set over zeros');
SELECT is(payments.uuid_from_hash(decode(repeat('ab', 16), 'hex')),
          payments.uuid_from_hash(decode(repeat('ab', 32), 'hex')),
    'the bytes after the sixteenth do not count');
SELECT isnt(payments.uuid_from_hash(sha256('a')), payments.uuid_from_hash(sha256('b')),
            'two hashes become two uuids');
SELECT is(payments.uuid_from_hash(NULL), NULL, 'no hash becomes no uuid');
SELECT throws_ok($$ SELECT payments.uuid_from_hash('\x0102') $$, '2202E', NULL,
                 'a hash that is too short is refused');

SELECT * FROM finish();
ROLLBACK;
