BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(3);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT paid_payment(tenant_b(), 'k1'), paid_payment(tenant_a(), 'k1'),
       paid_payment(tenant_a(), 'k2');
SELECT keep('r', asked_refund(pay('k1'), 'r1', 3000)), keep('q', asked_refund(pay('k2'), 'r2'));
SELECT finish(operation_of(the('r'), 'refund'),
              jsonb_build_object('outcome', 'succeeded', 'object',
                                 refund_object(the('r'), 'pending',
                                               '{"pending_reason": "insufficient_funds"}')));
SELECT paid_payment(tenant_a(), 'k3'), keep('b', refund(pay('k3'), 'r3', 10, 'pending')),
       refund(pay('k3'), 'r4', 10), enter(tenant_a());
CREATE ROLE tap_pending_member IN ROLE payments_analyst;
CREATE ROLE tap_pending_stranger IN ROLE payments_analyst;
SELECT ops.tenant_member_add(tenant_a(), 'tap_pending_member'), enter(NULL), remember();
SET LOCAL SESSION AUTHORIZATION tap_pending_stranger;
SELECT throws_ok('SELECT * FROM ops.refunds_pending(tenant_a())', 'PY070', NULL,
                 'somebody who is no member is refused');
SET LOCAL SESSION AUTHORIZATION tap_pending_member;
SELECT set_eq('SELECT refund_id, waits_for, amount, currency FROM ops.refunds_pending(tenant_a())',
    $$ VALUES (the('r'), 'insufficient_funds', 3000::bigint, 'usd'),
              (the('q'), 'call leased', 10000, 'usd'), (the('b'), 'the bank', 10, 'usd') $$,
    'a member sees what each refund under way waits for');
RESET SESSION AUTHORIZATION;
SELECT unchanged('looking changes nothing');

SELECT * FROM finish();
ROLLBACK;
