BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(8);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT paid_payment(tenant_a(), 'k1');
SELECT keep('r', refund(pay('k1'), 'r', 1000));
SELECT reverse(pay('k1'), 'v1');
SELECT keep('v', reversal_of(the('r'), 'v1')),
       keep('tr', (SELECT stripe_transfer_id FROM payments.stripe_transfers
                    WHERE id = transfer_of(pay('k1'), 'v1')));
SELECT keep('trr', (SELECT stripe_reversal_id FROM payments.transfer_reversals
                     WHERE id = the('v')));
CREATE FUNCTION pg_temp.causes(p_type text, p_source jsonb)
    RETURNS TABLE (cause_type text, cause_id uuid) LANGUAGE sql AS $$
    SELECT * FROM payments.transaction_causes(tenant_a(),
                                              jsonb_build_object('id', 'txn_1', 'type', p_type,
                                                  'source', p_source)) $$;
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT set_eq($$ SELECT * FROM pg_temp.causes('charge', charge_object(pay('k1'))) $$, $$
    SELECT 'capture', s.id FROM payments.payment_splits AS s WHERE s.payment_id = pay('k1')
    UNION ALL SELECT 'provider_fee', pay('k1') $$, 'a charge was posted per share, and its fee');
SELECT set_eq(
    $$ SELECT * FROM pg_temp.causes('refund', refund_object(the('r'))) $$, $$
              VALUES ('refund', the('r')) $$, 'a refund once');
SELECT set_eq(
    $$ SELECT * FROM pg_temp.causes('refund_failure', refund_object(the('r'))) $$, $$
              VALUES ('refund_failure', the('r')) $$, 'its failure apart');
SELECT set_eq($$ SELECT * FROM pg_temp.causes('transfer', jsonb_build_object('id', kept('tr'))) $$,
       $$ VALUES ('transfer', transfer_of(pay('k1'), 'v1')) $$, 'a transfer once');
SELECT set_eq($$ SELECT * FROM pg_temp.causes('transfer_refund',
       jsonb_build_object('id', kept('trr'), 'transfer', kept('tr'))) $$, $$
              VALUES ('reversal', the('v')) $$, 'what came back of it once');
SELECT set_eq($$ SELECT * FROM pg_temp.causes('adjustment',
       dispute_object(pay('k1'), 'd', 'lost')) $$, $$
    SELECT c, payments.id_derive(tenant_a(), 'dispute_funds', 'txn_1')
      FROM unnest(ARRAY['dispute_funds', 'dispute_fee']) AS c $$,
          'what a dispute moved by the movement itself');
SELECT is_empty(
    $$ SELECT * FROM pg_temp.causes('adjustment', NULL) $$,
                                                           'what has no source has no cause of '
                                                               'ours');
SELECT is_empty(
    $$ SELECT * FROM pg_temp.causes('refund', '{"id": "re_x"}') $$, 'nor what we do not know');

SELECT * FROM finish();
ROLLBACK;
