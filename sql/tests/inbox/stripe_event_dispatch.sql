BEGIN;
SELECT plan(20);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT created_payment(tenant_a(), 'k1');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
CREATE FUNCTION pg_temp.sent(p_source text, p_type text, p_object jsonb, p_more jsonb DEFAULT '{}')
    RETURNS text LANGUAGE sql
AS $$ SELECT concat_ws('|', d.state, d.reason, d.enqueued)
        FROM payments.stripe_event_dispatch(tenant_a(), p_source,
                                            convert_from(event(p_type, p_object, p_more),
                                                         'UTF8')::jsonb, clock()) AS d $$;
SELECT remember();
SELECT is(
    pg_temp.sent('platform', 'payment_intent.succeeded', intent_object(pay('k1'), 'succeeded'),
                 '{"account": "acct_v1_aaaaaaaa"}'),
    'quarantined|wrong endpoint for its account|0',
    'a connected account''s event on the platform''s endpoint is quarantined');
SELECT is(
    pg_temp.sent('connect', 'payment_intent.succeeded', intent_object(pay('k1'), 'succeeded')),
    'quarantined|wrong endpoint for its account|0',
    'a platform''s event on the Connect endpoint is quarantined');
SELECT is(
    pg_temp.sent('connect', 'payment_intent.succeeded', intent_object(pay('k1'), 'succeeded'),
                 '{"account": "acct_v1_aaaaaaaa"}'),
    'ignored|not for us on this endpoint|0', 'a payee''s own payment is not ours');
SELECT is(pg_temp.sent('platform', 'account.updated', account_object(tenant_a(), 'v1', true)),
          'ignored|not for us on this endpoint|0',
          'news of the platform''s own account is not for us');
SELECT is(pg_temp.sent('platform', 'payout.paid', '{"id": "po_1"}'),
          'ignored|not for us on this endpoint|0', 'an unknown type is ignored');
SELECT is(
    pg_temp.sent('platform', 'payment_intentXsucceeded', intent_object(pay('k1'), 'succeeded')),
    'ignored|not for us on this endpoint|0',
    'the underscore and the dot of a type are meant literally');
SELECT is(
    pg_temp.sent('connect', 'payout.paid',
                 '{"id": "po_1", "amount": 1, "currency": "usd", "status": "paid"}',
                 '{"account": "acct_v1_aaaaaaaa", "livemode": true}'),
    'quarantined|livemode is not ours|0',
    'an event of the other mode is quarantined: it would be recorded as money');
SELECT unchanged('none of these changes anything');
SELECT is(pg_temp.sent('platform', 'transfer.created', '{"id": "tr_1"}'),
          'waiting|transfer not known yet|0', 'transfer events go to their function');
SELECT is(
    pg_temp.sent('platform', 'payment_intent.succeeded', intent_object(pay('k1'), 'succeeded')),
    'done|2', 'payment intent events go to their function');
SELECT is(pg_temp.sent('platform', 'charge.updated', charge_object(pay('k1'))), 'done|1',
          'charge events go to their function');
SELECT is(
    pg_temp.sent('connect', 'account.updated', account_object(tenant_a(), 'v1', true),
                 '{"account": "acct_v1_aaaaaaaa"}'), 'done|1',
    'account events go to their function');
SELECT is(
    pg_temp.sent('connect', 'capability.updated', '{"id": "transfers"}',
                 '{"account": "acct_v1_aaaaaaaa", "id": "evt_2"}'), 'done|0',
    'capability events too: the read that waits covers them');
SELECT is(pg_temp.sent('platform', 'refund.updated', '{"id": "re_1"}'),
          'waiting|payment not known yet|0', 'refund events go to their function');
SELECT is(pg_temp.sent('platform', 'charge.refund.updated', '{"id": "re_1"}'),
          'waiting|payment not known yet|0',
          'their deprecated twin, too, and not to the charge''s');
SELECT is(pg_temp.sent('platform', 'charge.dispute.created', '{"id": "dp_1"}'),
          'waiting|payment not known yet|0', 'dispute events go to their function');
SELECT is(pg_temp.sent('platform', 'radar.early_fraud_warning.created', '{"id": "issfr_1"}'),
          'waiting|payment not known yet|0', 'warnings go to theirs');
SELECT is(
    pg_temp.sent('connect', 'payout.paid',
                 '{"id": "po_1", "amount": 1, "currency": "usd", "status": "paid"}',
                 '{"account": "acct_v1_aaaaaaaa"}'), 'done|0', 'a payee''s payouts go to theirs');
SELECT is(
    pg_temp.sent('connect', 'account.application.deauthorized', '{"id": "ca_1"}',
                 '{"account": "acct_v1_aaaaaaaa", "id": "evt_3"}'), 'done|0',
    'a payee who leaves us is looked at again');
SELECT is(
    pg_temp.sent('connect', 'charge.dispute.created', '{"id": "dp_1"}',
                 '{"account": "acct_v1_aaaaaaaa"}'), 'ignored|not for us on this endpoint|0',
    'a payee''s own dispute is not ours');

SELECT * FROM finish();
ROLLBACK;
