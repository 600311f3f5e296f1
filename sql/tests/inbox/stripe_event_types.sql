BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(3);
SELECT is((SELECT count(*) FROM unnest(payments.stripe_event_types()) AS t),
          (SELECT count(DISTINCT t) FROM unnest(payments.stripe_event_types()) AS t),
          'no type is named twice');
SELECT is(
    (SELECT bool_and(t ~ '^[a-z_]+(\.[a-z_]+)+$') FROM unnest(payments.stripe_event_types()) AS t),
    true, 'each is a type as Stripe writes them');
SELECT is(
    (SELECT bool_and(payments.stripe_event_handled(t))
       FROM unnest(payments.stripe_event_types()) AS t), true, 'all of them are handled');

SELECT * FROM finish();
ROLLBACK;
