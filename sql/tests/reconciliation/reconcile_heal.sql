BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(9);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1');
SELECT keep('op', call_of(pay('k1'), 'v1')), keep('op2', call_of(pay('k1'), 'a1'));
CREATE FUNCTION pg_temp.healed(p_resource text, p_class text, p_object jsonb) RETURNS integer
    LANGUAGE sql AS $$
    SELECT payments.reconcile_heal(tenant_a(), 'r1', 'platform', p_resource, to_jsonb(found))
      FROM (SELECT p_object AS object, p_class AS class, pay('k1') AS object_id,
                   pay('k1') AS payment_id) AS found $$;
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a()), remember();
SELECT is(pg_temp.healed('payment_intents', 'amount_differs', '{"id": "pi_1"}'), 0,
          'an amount that differs is for a person');
SELECT is(pg_temp.healed('payment_intents', 'missing_here', '{"id": "pi_1"}'), 0,
          'an intent that no operation of ours made cannot be adopted');
SELECT is(
    pg_temp.healed('balance_transactions', 'unexplained_balance_transaction',
                   '{"id": "txn_1", "source": null}'), 0, 'nor what has no source');
SELECT unchanged('none of it changes anything');
SELECT is(pg_temp.healed('payment_intents', 'state_differs', '{"id": "pi_1"}'), 1,
          'another state has the object read');
SELECT is(
    (SELECT o.request ->> 'target' FROM payments.stripe_operations AS o WHERE o.kind = 'fetch'),
    'pi_1', 'from Stripe itself');
CREATE FUNCTION pg_temp.made(p_operation uuid) RETURNS jsonb LANGUAGE sql
    AS $$ SELECT transfer_object(p_operation,
                                 jsonb_build_object('created', 1, 'metadata',
                                                    jsonb_build_object('operation_id',
                                                        p_operation))) $$;
SELECT is(pg_temp.healed('transfers', 'missing_here', pg_temp.made(the('op'))), 1,
          'an object that our unresolved operation made is looked up by it');
SELECT is(
    pg_temp.healed('balance_transactions', 'unexplained_balance_transaction',
                   jsonb_build_object('id', 'txn_1', 'source', pg_temp.made(the('op2')))), 1,
    'found by the money it moved as well');
RESET ROLE;
SELECT keep('v1', account_of(tenant_a(), 'v1'));
SET LOCAL ROLE payments_definer;
SELECT payments.reconcile_heal(tenant_a(), 'r1', 'acct_v1_aaaaaaaa', 'payouts', to_jsonb(found))
  FROM (SELECT jsonb_build_object('id', 'po_1', 'amount', 7, 'currency', 'usd', 'status',
                                  'paid') AS object,
               class, NULL::uuid AS object_id, NULL::uuid AS payment_id
          FROM unnest(ARRAY['missing_here', 'state_differs']) AS class) AS found;
SELECT is((SELECT status FROM payments.payouts WHERE connected_account_id = the('v1')), 'paid',
          'a payout we never heard of is recorded as Stripe shows it');

SELECT * FROM finish();
ROLLBACK;
