BEGIN;
SELECT plan(17);

SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1');
SELECT keep('call', call_of(pay('k1'), 'v1'));
SELECT asked_payment(tenant_a(), 'k2');
SELECT keep('intent', operation_of(pay('k2'), 'intent'));
SELECT authorised_payment(tenant_a(), 'k3');
SELECT * FROM api.payment_capture(tenant_a(), 'fixtures', 'capture', '\x00', pay('k3'), '{}', 20,
                                  NULL);
SELECT keep('capture', operation_of(pay('k3'), 'capture'));
SELECT keep('account', operation_of(account_of(tenant_a(), 'v1'), 'account'));
SELECT keep('link', operation_of(account_of(tenant_a(), 'v1'), 'account_link'));
SET LOCAL ROLE payments_definer;
SELECT is(payments.operation_evidence(operation_row(the('call')), clock()), NULL,
    'an operation that was never sent has nothing to look for');
SELECT send(the('call'));
SELECT is(payments.operation_evidence(operation_row(the('call')), clock()), jsonb_build_object(
    'resource', 'transfers', 'list',
    jsonb_build_object('transfer_group', 'pay_' || pay('k1'), 'limit', 100),
    'accept', jsonb_build_object('metadata.operation_id', jsonb_build_array(the('call')))),
    'a transfer that was sent is looked for at once, by its group and operation id');
SELECT keep('look', payments.operation_evidence(operation_row(the('call')), clock())::text);
SELECT finish(the('call'), '{"outcome": "failed", "code": "resource_missing"}');
SELECT is(payments.operation_evidence(operation_row(the('call')), clock())::text, kept('look'),
    'a transfer that was refused is looked for before it goes out under another key');
SELECT is(payments.operation_evidence((SELECT o FROM operation_row(the('capture')) AS r,
    jsonb_populate_record(r, '{"generation": 1, "first_sent_at": null}') AS o), clock()), NULL,
          'a capture under another key is simply sent');
SELECT send(the('call'));
SELECT is(
    payments.operation_evidence(operation_row(the('intent')), clock() + '22 hours 59 minutes'),
    NULL,
    'an intent whose key Stripe still has is simply repeated');
SELECT is(payments.operation_evidence(operation_row(the('intent')), clock() + '23 hours') - 'list',
          jsonb_build_object(
    'resource', 'payment_intents', 'accept',
              jsonb_build_object('metadata.operation_id', jsonb_build_array(the('intent')))),
    'an intent whose key is older than 23 hours is looked for by operation id');
SELECT is(
    (payments.operation_evidence(operation_row(the('intent')),
                                 clock() + '23 hours') #>> '{list,created,gte}')::bigint,
    floor(extract(epoch FROM (operation_row(the('intent'))).first_sent_at))::bigint - 300,
    'the look for an intent starts five minutes before it was first sent');
SELECT is(
    (payments.operation_evidence(operation_row(the('intent')),
                                 clock() + '23 hours') #>> '{list,created,lte}')::bigint,
    ceil(extract(epoch FROM (operation_row(the('intent'))).last_sent_at))::bigint + 3600,
    'the look for an intent ends an hour after it was last sent');
SELECT is(
    payments.operation_evidence(operation_row(the('account')), clock() + '23 hours') ->> 'resource',
    'accounts',
    'an account whose key is too old is looked for among accounts');
SELECT is(payments.operation_evidence(operation_row(the('capture')), clock() + '22 hours'), NULL,
    'a capture whose key Stripe still has is simply repeated');
SELECT is(payments.operation_evidence(operation_row(the('capture')), clock() + '1 day'),
          jsonb_build_object(
    'resource', 'payment_intents', 'retrieve', 'pi_' || pay('k3'), 'accept',
              '{"status": ["succeeded"]}'::jsonb),
    'an old capture took effect when its intent has succeeded');
RESET ROLE;
SELECT authorised_payment(tenant_a(), 'k4');
SELECT * FROM api.payment_cancel(tenant_a(), 'fixtures', 'cancel', '\x00', pay('k4'), '{}', 20,
                                 NULL);
SET LOCAL ROLE payments_definer;
SELECT is(
    payments.operation_evidence(operation_row(operation_of(pay('k4'), 'cancel')),
                                clock() + '1 day') -> 'accept', '{"status": ["canceled"]}'::jsonb,
    'an old cancellation took effect when its intent is canceled');
SELECT is(payments.operation_evidence(operation_row(the('link')), clock() + '2 days'), NULL,
    'an onboarding link is simply asked for again: a second one does no harm');
RESET ROLE;
SELECT finish(the('call'), jsonb_build_object('outcome', 'succeeded', 'object',
                                              transfer_object(the('call')))),
                                                  keep('r', asked_refund(pay('k1'), 'r', 1000));
SELECT keep('refund', operation_of(the('r'), 'refund'));
SELECT is(payments.operation_evidence(operation_row(the('refund')), clock()),
          jsonb_build_object('resource', 'refunds', 'list',
                             jsonb_build_object('payment_intent', 'pi_' || pay('k1'), 'limit', 100),
    'accept', jsonb_build_object('metadata.operation_id', jsonb_build_array(the('refund')))),
          'a refund that was sent is looked for at once, by its payment');
SELECT finish(the('refund'), jsonb_build_object('outcome', 'succeeded', 'object',
                                                refund_object(the('r'))));
SELECT keep('reversal', operation_of(reversal_of(the('r'), 'v1'), 'reversal'));
SELECT send(the('reversal'));
SELECT is(payments.operation_evidence(operation_row(the('reversal')), clock()),
          jsonb_build_object('resource', 'transfers', 'parent', 'tr_'
                             || transfer_of(pay('k1'), 'v1'), 'child', 'reversals',
    'list', jsonb_build_object('limit', 100), 'accept',
    jsonb_build_object('metadata.operation_id', jsonb_build_array(the('reversal')))),
          'a reversal by its transfer');
SELECT dispute(pay('k1'), 'd', 'needs_response');
SELECT count(*) FROM api.dispute_evidence_submit(tenant_a(), 'fixtures', 'e', '\x00',
                                                 dispute_of(pay('k1'), 'd'),
                                                 '{"evidence": {"a": "b"}}', 20);
SELECT keep('evidence', operation_of(dispute_of(pay('k1'), 'd'), 'evidence'));
SELECT is(payments.operation_evidence(operation_row(the('evidence')), clock()), NULL,
          'evidence whose key Stripe still has is simply repeated');
SELECT is(payments.operation_evidence(operation_row(the('evidence')), clock() + '1 day'),
          jsonb_build_object('resource', 'disputes', 'retrieve', 'dp_d_' || pay('k1'),
    'accept', jsonb_build_object('metadata.operation_id', jsonb_build_array(the('evidence')))),
          'old evidence went out when its dispute carries it');

SELECT * FROM finish();
ROLLBACK;
