BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(11);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT paid_payment(tenant_a(), 'k1'), paid_payment(tenant_b(), 'k1');
SELECT keep('op', operation_of(pay('k1'), 'intent')), enter(NULL);
CREATE FUNCTION pg_temp.owner(p_object jsonb, p_account text DEFAULT 'platform') RETURNS text
    LANGUAGE sql AS $$ SELECT concat_ws(' ', w.tenants, left(w.tenant_id::text, 4))
                         FROM payments.reconcile_owner(p_account, p_object) AS w $$;
SET LOCAL ROLE payments_system;
SELECT is(pg_temp.owner(jsonb_build_object('id', 'pi_' || pay('k1'))), '1 aaaa',
          'an intent is known by its id');
SELECT is(pg_temp.owner(jsonb_build_object('id', 're_x', 'payment_intent', 'pi_' || pay('k1'))),
          '1 aaaa', 'a refund or dispute by its intent');
SELECT is(pg_temp.owner('{"id": "tr_x", "destination": "acct_v1_bbbbbbbb"}'), '1 bbbb',
          'a transfer by its payee');
SELECT is(pg_temp.owner('{"id": "txn_x", "source": null}', 'acct_v1_bbbbbbbb'), '1 bbbb',
          'everything on a payee''s account by the account');
SELECT is(
    pg_temp.owner(jsonb_build_object('id', 'txn_x', 'source',
                                     jsonb_build_object('id', 're_x', 'payment_intent', 'pi_'
                                                        || pay('k1')))), '1 aaaa',
    'a balance transaction by what moved it');
SELECT is(
    pg_temp.owner(jsonb_build_object('id', 'tr_x', 'destination', 'acct_v1_bbbbbbbb',
                                     'source_transaction', 'pi_' || pay('k1'))), '2 aaaa',
    'what names objects of two is two''s');
SELECT is(pg_temp.owner('{"id": "pi_x"}'), '0', 'what names nothing of ours is nobody''s');
SELECT is(
    pg_temp.owner(jsonb_build_object('id', 'pi_x', 'metadata',
                                     jsonb_build_object('tenant_id', tenant_a(), 'operation_id',
                                                        tenant_a()))), '0',
    'metadata alone make nobody an owner');
SELECT is(
    pg_temp.owner(jsonb_build_object('id', 'pi_x', 'metadata',
                                     jsonb_build_object('tenant_id', tenant_b(), 'operation_id',
                                                        the('op')))), '0',
    'nor does another tenant''s operation');
SELECT is(
    pg_temp.owner(jsonb_build_object('id', 'pi_x', 'metadata',
                                     jsonb_build_object('tenant_id', tenant_a(), 'operation_id',
                                                        the('op')))), '1 aaaa',
    'our own operation does');
SELECT is(pg_temp.owner('{"id": "pi_x", "metadata": {"tenant_id": "x", "operation_id": "y"}}'), '0',
          'metadata may say anything');

SELECT * FROM finish();
ROLLBACK;
