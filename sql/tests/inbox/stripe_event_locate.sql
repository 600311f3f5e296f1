BEGIN;
SELECT plan(15);

SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_b(), 'k1'), settled_payment(tenant_a(), 'k1');
SELECT paid_transfer(pay('k1'), 'v1');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
CREATE FUNCTION pg_temp.located(p_noun text, p_stripe_id text, p_object jsonb DEFAULT '{}',
                                p_livemode boolean DEFAULT false, p_charge_id text DEFAULT NULL)
    RETURNS TABLE (state text, reason text, object_id uuid, enqueued integer) LANGUAGE sql
AS $$ SELECT l.* FROM payments.stripe_event_locate(
          tap_helpers.tenant_a(),
          jsonb_build_object('livemode', p_livemode, 'data',
                             jsonb_build_object('object', '{"amount": 10000, "currency": "usd"}'
                                                || p_object)),
          p_noun, p_stripe_id, '{amount,currency}', p_charge_id) AS l $$;
SELECT remember();
SELECT results_eq($$ SELECT * FROM pg_temp.located('payment', 'pi_' || pay('k1')) $$,
                  $$ VALUES ('done', NULL, pay('k1'), 0) $$, 'a payment is found by its intent');
SELECT results_eq(
    $$ SELECT * FROM pg_temp.located('payment', NULL, p_charge_id => 'ch_' || pay('k1')) $$,
    $$ VALUES ('done', NULL, pay('k1'), 0) $$, 'or by its charge alone');
SELECT results_eq($$ SELECT * FROM pg_temp.located('account', 'acct_v1_aaaaaaaa') $$,
                  $$ VALUES ('done', NULL, account_of(tenant_a(), 'v1'), 0) $$,
                  'an account is found');
SELECT results_eq($$ SELECT * FROM pg_temp.located(
                         'transfer', 'tr_' || transfer_of(pay('k1'), 'v1')) $$,
                  $$ VALUES ('done', NULL, transfer_of(pay('k1'), 'v1'), 0) $$,
                  'a transfer is found');
SELECT results_eq($$ SELECT * FROM pg_temp.located('payment', 'pi_unknown') $$,
                  $$ VALUES ('waiting', 'payment not known yet', NULL::uuid, 0) $$,
                  'what is not known yet waits');
SELECT results_eq($$ SELECT * FROM pg_temp.located('account', NULL) $$,
                  $$ VALUES ('waiting', 'account not known yet', NULL::uuid, 0) $$,
                  'so does what is not named');
SELECT results_eq(
    $$ SELECT * FROM pg_temp.located('payment', 'pi_' || payment_of(tenant_b(), 'k1')) $$,
    $$ VALUES ('waiting', 'payment not known yet', NULL::uuid, 0) $$,
    'another tenant''s payment is unknown');
SELECT results_eq($$ SELECT * FROM pg_temp.located('transfer', 'pi_' || pay('k1')) $$,
                  $$ VALUES ('waiting', 'transfer not known yet', NULL::uuid, 0) $$,
                  'the id of something else is unknown');
CREATE FUNCTION pg_temp.contradicts(p_object jsonb, p_livemode boolean DEFAULT false)
    RETURNS text LANGUAGE sql
AS $$ SELECT l.reason FROM pg_temp.located('payment', 'pi_' || tap_helpers.pay('k1'),
                                           p_object, p_livemode) AS l
       WHERE l.state = 'quarantined' AND l.object_id = tap_helpers.pay('k1') $$;
SELECT is(pg_temp.contradicts('{"amount": 9999}'), 'amount 9999, ours is 10000',
          'another amount is quarantined');
SELECT is(pg_temp.contradicts('{"amount": null}'), 'amount , ours is 10000', 'so is none');
SELECT is(pg_temp.contradicts('{"currency": "eur"}'), 'currency eur, ours is usd',
          'another currency is quarantined');
SELECT is(pg_temp.contradicts('{"currency": null}'), 'currency , ours is usd', 'so is none');
SELECT is(pg_temp.contradicts('{}', true), 'livemode true, ours is false',
          'the other mode is quarantined');
SELECT is(pg_temp.contradicts('{}', NULL), 'livemode , ours is false', 'so is none');
SELECT unchanged('looking changes nothing');

SELECT * FROM finish();
ROLLBACK;
