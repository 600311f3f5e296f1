BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(2);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT paid_payment(tenant_a(), 'k1'), settled_payment(tenant_b(), 'k1');
SELECT apply(tenant_a(), 'w', event('radar.early_fraud_warning.created',
                                    jsonb_build_object('id', 'issfr_1', 'charge', 'ch_'
                                                       || pay('k1'), 'fraud_type', 'misc',
                                                       'actionable', true)));
SELECT refund(pay('k1'), 'r', 1000), reverse(pay('k1')), dispute(pay('k1'), 'd', 'lost', 500);
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT set_eq(
    $$ SELECT what, detail, amount FROM payments.payment_course(tenant_a(), pay('k1'))
        WHERE what NOT LIKE 'fraud%' $$, $$
    VALUES ('payment created', 'order order-1', 10000::bigint), ('payment captured', NULL, 10000),
           ('transfer planned', 'settlement to venue v1, now partially_reversed', 6000),
           ('transfer planned', 'settlement to artist a1, now partially_reversed', 2500),
           ('early fraud warning', 'issfr_1 misc', NULL),
           ('review opened', 'fraud early_warning early_fraud_warning', NULL),
           ('review canceled', 'by dispute', NULL),
           ('refund requested', 'requested_by_customer api by fixtures', 1000),
           ('refund succeeded', 're_' || (SELECT r.id FROM payments.payment_refunds AS r), 1000),
           ('reversal planned', 'for a refund, from venue v1, now succeeded', 600),
           ('reversal planned', 'for a refund, from artist a1, now succeeded', 250),
           ('dispute opened', 'dp_d_' || pay('k1') || ' fraudulent', 500),
           ('dispute lost', 'dp_d_' || pay('k1'), 500),
           ('reversal planned', 'for a dispute, from venue v1, now pending', 300),
           ('reversal planned', 'for a dispute, from artist a1, now pending', 125) $$,
               'what became of a payment, with its money');
SELECT enter(tenant_b());
SELECT is_empty($$ SELECT * FROM payments.payment_course(tenant_a(), pay('k1')) $$,
                'another tenant is told nothing');

SELECT * FROM finish();
ROLLBACK;
