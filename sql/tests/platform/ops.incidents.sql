BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(6);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_a(), 'k1'), settled_payment(tenant_b(), 'k1');
SELECT is_empty('SELECT * FROM ops.incidents()', 'where nothing stands there is nothing to tell');
SELECT keep('dead', call_of(pay('k1'), 'v1')), keep('failed', call_of(pay('k1'), 'a1'));
UPDATE payments.stripe_operations SET failures = 19 WHERE id = the('dead');
SELECT send(the('dead')), finish(the('dead'), '{"outcome": "unknown"}');
UPDATE payments.stripe_operations SET failures = 4 WHERE id = the('failed');
SELECT send(the('failed')), finish(the('failed'),
                                   '{"outcome": "failed", "code": "resource_missing"}');
SELECT dispute(pay('k1'), 'd1', 'needs_response');
SELECT receive('evt_bad', 'charge.updated', '[]');
UPDATE payments.webhook_inbox SET tenant_id = tenant_b(), state = 'quarantined',
       finished_at = clock();
CREATE ROLE tap_trouble_member IN ROLE payments_analyst;
CREATE ROLE tap_trouble_stranger IN ROLE payments_operator;
SELECT enter(tenant_a()), ops.tenant_member_add(tenant_a(), 'tap_trouble_member'), enter(NULL);

SELECT set_eq('SELECT t.name, t.what, t.items, t.runbook FROM ops.incidents() AS t', $$
    VALUES ('Tenant A', 'dead transfer', 1::bigint, 'dead-letters'),
           ('Tenant A', 'transfer failed', 1, 'transfers-failing'),
           ('Tenant A', 'dispute to answer', 1, 'dispute-opened'),
           ('Tenant B', 'event quarantined', 1, 'webhook-backlog')
$$, 'the owner sees what stands with each tenant, and the page for it');
SELECT is((SELECT t.since FROM ops.incidents() AS t WHERE t.what = 'dead transfer'),
          (operation_row(the('dead'))).created_at, 'and since when');
SELECT is(current_setting('app.current_tenant_id', true), '', 'no tenant stays entered');
SET LOCAL SESSION AUTHORIZATION tap_trouble_member;
SELECT set_eq('SELECT DISTINCT t.tenant_id FROM ops.incidents() AS t', 'SELECT tenant_a()',
              'a member sees their own tenant''s');
SET LOCAL SESSION AUTHORIZATION tap_trouble_stranger;
SELECT is_empty('SELECT * FROM ops.incidents()', 'a member of none sees none');
RESET SESSION AUTHORIZATION;

SELECT * FROM finish();
ROLLBACK;
