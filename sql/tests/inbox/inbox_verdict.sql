BEGIN;
SELECT plan(9);

SET LOCAL ROLE payments_system;
SELECT is(
    (SELECT v::text FROM payments.inbox_verdict('evt_1', 'payment_intent.succeeded', 1, '0') AS v),
    '(apply,)', 'an event about one tenant''s object is applied');
SELECT is(
    (SELECT v::text FROM payments.inbox_verdict('evt_1', 'payment_intent.succeeded', 1,
                                                '30 days') AS v), '(apply,)', 'however old it is');
SELECT is((SELECT verdict FROM payments.inbox_verdict('evt_1', 'payment_intent.succeeded', 2, '0')),
          'quarantined', 'an event that names objects of two tenants is quarantined');
SELECT is((SELECT verdict FROM payments.inbox_verdict('evt_1', 'payment_intent.succeeded', 0, '0')),
          'waiting', 'an event about an unknown object waits');
SELECT is(
    (SELECT verdict FROM payments.inbox_verdict('evt_1', 'payment_intent.succeeded', 0,
                                                '24 hours')), 'waiting',
    'it waits for a whole day');
SELECT is(
    (SELECT v::text FROM payments.inbox_verdict('evt_1', 'payment_intent.succeeded', 0,
                                                '24 hours 1 second') AS v),
    '(ignored,"object not known after a day")', 'after a day it is ignored, and says why');
SELECT is((SELECT verdict FROM payments.inbox_verdict('evt_1', 'balance.available', 1, '0')),
          'ignored', 'an event of a type we do not act on is ignored, whoever it is about (F42)');
SELECT is((SELECT verdict FROM payments.inbox_verdict('evt_1', NULL, 1, '0')), 'ignored',
          'an event without a type is ignored');
SELECT is((SELECT verdict FROM payments.inbox_verdict('sha256:00', '', 0, '0')), 'dead',
          'a body that is no event is dead, visibly');

SELECT * FROM finish();
ROLLBACK;
