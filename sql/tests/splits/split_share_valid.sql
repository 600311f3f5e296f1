BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(31);
SET LOCAL ROLE payments_definer;

SELECT ok(payments.split_share_valid(s.share::jsonb), s.description)
  FROM (VALUES ('{"recipientType": "venue", "recipientId": "v", "amount": 1}',
                'a fixed share is well formed'),
               ('{"recipientType": "artist", "recipientId": "a", "basisPoints": 10000}',
                'a share of everything is well formed'),
               ('{"recipientType": "promoter", "recipientId": "p", "basisPoints": 0}',
                'a share of nothing is well formed'),
               ('{"recipientType": "seller", "recipientId": "s", "amount": 0}',
                'a fixed share of nothing is well formed'),
               ('{"recipientType": "platform", "recipientId": "platform", "amount": 5}',
                'the platform may be named'),
               ('{"recipientType": "venue", "recipientId": "v", "amount": 999999999999}',
                'twelve digits are well formed'),
               ('{"recipientType": "venue", "recipientId": "v", "amount": 1, "basisPoints": null}',
                'a null beside the amount counts as absent'))
       AS s (share, description);
SELECT is(payments.split_share_valid(s.share::jsonb), false, s.description)
  FROM (VALUES ('{"recipientType": "bank", "recipientId": "b", "amount": 1}',
                'an unknown recipient type is not'),
               ('{"recipientId": "v", "amount": 1}', 'a share without recipient type is not'),
               ('{"recipientType": "venue", "amount": 1}', 'a share without recipient is not'),
               ('{"recipientType": "venue", "recipientId": "", "amount": 1}',
                'an empty recipient is not'),
               ('{"recipientType": "venue", "recipientId": null, "amount": 1}',
                'a null recipient is not'),
               (format('{"recipientType": "venue", "recipientId": "%s", "amount": 1}',
                       repeat('x', 256)), 'a recipient of 256 characters is not'),
               ('{"recipientType": "venue", "recipientId": "v"}', 'a share of unknown size is not'),
               ('{"recipientType": "venue", "recipientId": "v", "amount": null}',
                'a null size is not'),
               ('{"recipientType": "venue", "recipientId": "v", "amount": 1, "basisPoints": 1}',
                'two sizes are not'),
               ('{"recipientType": "venue", "recipientId": "v", "amount": -1}',
                'a negative amount is not'),
               ('{"recipientType": "venue", "recipientId": "v", "amount": 1.5}',
                'half a minor unit is not'),
               ('{"recipientType": "venue", "recipientId": "v", "amount": "1"}',
                'an amount as text is not'),
               ('{"recipientType": "venue", "recipientId": "v", "amount": "x"}',
                'a word as amount is not'),
               ('{"recipientType": "venue", "recipientId": "v", "amount": true}',
                'a truth as amount is not'),
               ('{"recipientType": "venue", "recipientId": "v", "amount": [1]}',
                'a list as amount is not'),
               ('{"recipientType": "venue", "recipientId": "v", "amount": 1000000000000}',
                'thirteen digits are not'),
               ('{"recipientType": "venue", "recipientId": "v", "basisPoints": 10001}',
                'more than everything is not'),
               ('{"recipientType": "venue", "recipientId": "v", "basisPoints": -1}',
                'less than nothing is not'),
               ('{"recipientType": "venue", "recipientId": "v", "basisPoints": 0.5}',
                'half a basis point is not'),
               ('{"recipientType": "venue", "recipientId": "v", "basisPoints": "x"}',
                'a word as basis points is not'),
               ('[]', 'a list is not'), ('"venue"', 'a text is not'),
               ('null', 'a JSON null is not'), (NULL, 'nothing is not'))
       AS s (share, description);

SELECT * FROM finish();
ROLLBACK;
