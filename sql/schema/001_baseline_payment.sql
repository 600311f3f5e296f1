-- The nouns of the service: roles, schemas, reference data, and every table a paid and split order
-- needs. Connected accounts and transfers follow in 004.
-- depends:

-- Roles belong to the cluster: created when absent, never dropped by a rollback.
DO $$
DECLARE
    v_role text;
BEGIN
    FOREACH v_role IN ARRAY ARRAY[
        'payments_owner', 'payments_definer', 'payments_system', 'payments_api', 'payments_webhook',
        'payments_worker', 'payments_analyst', 'payments_operator', 'payments_backup'
    ] LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = v_role) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;  -- another database of this cluster migrates at the same moment
        END;
    END LOOP;
    FOREACH v_role IN ARRAY ARRAY['payments_owner', 'payments_definer', 'payments_system'] LOOP
        IF NOT pg_catalog.pg_has_role(current_user, v_role, 'MEMBER') THEN
            EXECUTE format('GRANT %I TO CURRENT_USER', v_role);
        END IF;
    END LOOP;
    BEGIN
        IF NOT (SELECT rolbypassrls FROM pg_catalog.pg_roles WHERE rolname = 'payments_backup') THEN
            ALTER ROLE payments_backup BYPASSRLS;
        END IF;
    EXCEPTION WHEN insufficient_privilege THEN
        RAISE NOTICE 'payments_backup has no BYPASSRLS: this server does not let us grant it';
    END;
END
$$;

CREATE SCHEMA payments AUTHORIZATION payments_owner;
CREATE SCHEMA api AUTHORIZATION payments_owner;
CREATE SCHEMA ops AUTHORIZATION payments_owner;
COMMENT ON SCHEMA payments IS 'Tables and private functions. No runtime role has rights here.';
COMMENT ON SCHEMA api IS 'What the service may call.';
COMMENT ON SCHEMA ops IS 'What people may call: read reports, act through named verbs.';

-- Without IN SCHEMA: the IN SCHEMA form cannot take back what the global default gives.
ALTER DEFAULT PRIVILEGES FOR ROLE payments_definer REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE payments_system REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE payments_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

SET LOCAL ROLE payments_owner;

CREATE TABLE payments.deployment (
    singleton    boolean PRIMARY KEY DEFAULT true CONSTRAINT deployment_is_one_row
    CHECK (singleton),
    environment  text NOT NULL DEFAULT 'production'
        CONSTRAINT deployment_environment_known
    CHECK (environment IN ('production', 'development', 'test')),
    clock_offset interval NOT NULL DEFAULT interval '0',
    CONSTRAINT deployment_clock_shifts_in_development_only
        CHECK (environment <> 'production' OR clock_offset = interval '0')
);
COMMENT ON TABLE payments.deployment IS
    'What kind of database this is. Only a development or test database may shift its clock.';
COMMENT ON COLUMN payments.deployment.singleton IS 'Keeps the table at one row.';
COMMENT ON COLUMN payments.deployment.environment IS
    'production, development or test; the service refuses a mismatch.';
COMMENT ON COLUMN payments.deployment.clock_offset IS
    'Added to the database clock by payments.clock().';
INSERT INTO payments.deployment DEFAULT VALUES;

CREATE TABLE payments.currencies (
    currency        text PRIMARY KEY CONSTRAINT currency_is_lower_iso
    CHECK (currency ~ '^[a-z]{3}$'),
    charge_multiple bigint NOT NULL DEFAULT 1 CONSTRAINT currency_multiple_positive
    CHECK (charge_multiple > 0),
    min_amount      bigint NOT NULL CONSTRAINT currency_min_positive CHECK (min_amount > 0),
    max_amount      bigint NOT NULL DEFAULT 99999999,
    CONSTRAINT currency_range_is_not_empty CHECK (max_amount >= min_amount)
);
COMMENT ON TABLE payments.currencies IS
    'Currencies the card provider charges in, with its rules. Reference data without a tenant, '
    'read-only.';
COMMENT ON COLUMN payments.currencies.currency IS 'ISO 4217 code in lower case.';
COMMENT ON COLUMN payments.currencies.charge_multiple IS
    'A charge must be a multiple of this, in minor units (ISK, UGX: 100; three-decimal currencies: '
    '10).';
COMMENT ON COLUMN payments.currencies.min_amount IS
    'Smallest charge in minor units (Stripe''s minimum for that settlement currency).';
COMMENT ON COLUMN payments.currencies.max_amount IS
    'Largest charge in minor units (Stripe: eight digits).';

INSERT INTO payments.currencies (currency, min_amount)
SELECT code, 1
  FROM unnest(string_to_array(
    'aed afn all amd aoa ars aud awg azn bam bbd bdt bif bmd bnd bob brl bsd bwp byn bzd cad cdf '
    'chf clp cny cop '
    'crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf '
    'idr ils inr jmd '
    'jpy kes kgs khr kmf krw kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk '
    'mxn myr mzn nad '
    'ngn nio nok npr nzd pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp '
    'sle sos srd std '
    'szl thb tjs top try ttd twd tzs uah usd uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw',
      ' ')) AS code;
INSERT INTO payments.currencies (currency, charge_multiple, min_amount)
VALUES ('isk', 100, 100), ('ugx', 100, 100),
       ('bhd', 10, 10), ('jod', 10, 10), ('kwd', 10, 10), ('omr', 10, 10), ('tnd', 10, 10);
UPDATE payments.currencies AS c
   SET min_amount = m.min_amount
  FROM (VALUES ('usd', 50), ('aed', 200), ('aud', 50), ('brl', 50), ('cad', 50), ('chf', 50),
               ('czk', 1500),
               ('dkk', 250), ('eur', 50), ('gbp', 30), ('hkd', 400), ('huf', 17500), ('inr', 50),
               ('jpy', 50),
               ('mxn', 1000), ('myr', 200), ('nok', 300), ('nzd', 50), ('pln', 200), ('ron', 200),
               ('sek', 300),
               ('sgd', 50), ('thb', 1000)) AS m (currency, min_amount)
 WHERE c.currency = m.currency;

CREATE TABLE payments.state_transitions (
    machine    text NOT NULL,
    from_state text NOT NULL,
    to_state   text NOT NULL,
    PRIMARY KEY (machine, from_state, to_state)
);
COMMENT ON TABLE payments.state_transitions IS
    'The declared state graphs: a status change that is not a row here is refused. Reference data '
    'without a tenant.';
COMMENT ON COLUMN payments.state_transitions.machine IS
    'Which state machine: payment, operation, transfer, refund, reversal, escrow, review.';
COMMENT ON COLUMN payments.state_transitions.from_state IS 'State before.';
COMMENT ON COLUMN payments.state_transitions.to_state IS 'State after.';
INSERT INTO payments.state_transitions (machine, from_state, to_state)
SELECT 'payment', f, t
  FROM (VALUES
    ('created',
     '{requires_payment_method,requires_confirmation,requires_action,processing,requires_capture,
       succeeded,canceled,failed,blocked}'::text[]),
    ('requires_payment_method',
     '{requires_confirmation,requires_action,processing,requires_capture,
       succeeded,canceled,failed}'),
    ('requires_confirmation',
     '{requires_payment_method,requires_action,processing,requires_capture,
       succeeded,canceled,failed}'),
    ('requires_action',
     '{requires_payment_method,requires_confirmation,processing,requires_capture,
       succeeded,canceled,failed}'),
    ('processing',
     '{requires_payment_method,requires_confirmation,requires_action,requires_capture,
       succeeded,canceled,failed}'),
    ('requires_capture', '{succeeded,canceled}')) AS g (f, ts), unnest(ts) AS t;
-- ready to unknown: Stripe shows what we thought was never sent (a restored database), so it is
-- looked up first.
INSERT INTO payments.state_transitions (machine, from_state, to_state)
SELECT 'operation', f, t
  FROM (VALUES
    ('ready', '{leased,failed,succeeded,unknown}'::text[]),
    ('leased', '{ready,succeeded,failed,unknown,dead}'),
    ('unknown', '{leased,succeeded,dead}'),
    ('failed', '{ready,leased}'),
    ('dead', '{ready,unknown,succeeded}')) AS g (f, ts), unnest(ts) AS t;

CREATE TABLE payments.tenants (
    tenant_id              uuid PRIMARY KEY
        CONSTRAINT tenant_is_not_nil CHECK (tenant_id <> '00000000-0000-0000-0000-000000000000'),
    name                   text NOT NULL CONSTRAINT tenant_name_bounded
    CHECK (length(name) BETWEEN 1 AND 200),
    status                 text NOT NULL CONSTRAINT tenant_status_known
    CHECK (status IN ('active', 'disabled')),
    onboarding_return_url  text NOT NULL,
    onboarding_refresh_url text NOT NULL,
    created_at             timestamptz NOT NULL,
    updated_at             timestamptz NOT NULL
);
COMMENT ON TABLE payments.tenants IS
    'A marketplace. Unknown or disabled tenants are refused at the door; money in flight still '
    'settles.';
COMMENT ON COLUMN payments.tenants.tenant_id IS 'The uuid that tokens carry as tenant_id.';
COMMENT ON COLUMN payments.tenants.name IS 'For people.';
COMMENT ON COLUMN payments.tenants.status IS 'active or disabled.';
COMMENT ON COLUMN payments.tenants.onboarding_return_url IS
    'Where Stripe sends a payee after onboarding; says nothing about success.';
COMMENT ON COLUMN payments.tenants.onboarding_refresh_url IS
    'Where Stripe sends a payee whose onboarding link has expired.';
COMMENT ON COLUMN payments.tenants.created_at IS 'When registered.';
COMMENT ON COLUMN payments.tenants.updated_at IS 'When last changed.';

CREATE TABLE payments.tenant_members (
    tenant_id  uuid NOT NULL REFERENCES payments.tenants (tenant_id),
    role_name  text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, role_name)
);
COMMENT ON TABLE payments.tenant_members IS
    'Which login role of an analyst or operator may look at which tenant through ops.';
COMMENT ON COLUMN payments.tenant_members.tenant_id IS 'The tenant.';
COMMENT ON COLUMN payments.tenant_members.role_name IS
    'The PostgreSQL login role, compared with session_user.';
COMMENT ON COLUMN payments.tenant_members.created_at IS 'When granted.';

CREATE TABLE payments.split_rules (
    tenant_id   uuid NOT NULL REFERENCES payments.tenants (tenant_id),
    id          uuid NOT NULL,
    scope       text NOT NULL CONSTRAINT split_rule_scope_known
    CHECK (scope IN ('tenant', 'venue', 'event')),
    scope_id    text NOT NULL,
    version     integer NOT NULL CONSTRAINT split_rule_version_positive CHECK (version > 0),
    shares      jsonb NOT NULL CONSTRAINT split_rule_shares_are_a_list
    CHECK (jsonb_typeof(shares) = 'array'),
    valid_from  timestamptz NOT NULL,
    valid_until timestamptz,
    created_at  timestamptz NOT NULL,
    created_by  text NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT split_rule_version_once UNIQUE (tenant_id, scope, scope_id, version),
    CONSTRAINT split_rule_tenant_scope_has_no_id CHECK ((scope = 'tenant') = (scope_id = '')),
    CONSTRAINT split_rule_period_is_not_empty
    CHECK (valid_until IS NULL OR valid_until > valid_from)
);
COMMENT ON TABLE payments.split_rules IS
    'Shares used when a payment names none: event before venue before tenant, newest version valid '
    'at that time. Never edited: a change is a new version.';
COMMENT ON COLUMN payments.split_rules.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.split_rules.id IS
    'The rule version; stored on each payment that used it.';
COMMENT ON COLUMN payments.split_rules.scope IS 'tenant, venue or event.';
COMMENT ON COLUMN payments.split_rules.scope_id IS
    'The venue''s or event''s id; empty for the tenant''s own rule.';
COMMENT ON COLUMN payments.split_rules.version IS 'Counts up within a scope.';
COMMENT ON COLUMN payments.split_rules.shares IS
    'The splits array of the API: recipientType, recipientId, amount or basisPoints.';
COMMENT ON COLUMN payments.split_rules.valid_from IS 'First moment it applies.';
COMMENT ON COLUMN payments.split_rules.valid_until IS
    'First moment it no longer applies; null: open.';
COMMENT ON COLUMN payments.split_rules.created_at IS 'When set.';
COMMENT ON COLUMN payments.split_rules.created_by IS 'The database role that set it.';

CREATE TABLE payments.payment_transactions (
    tenant_id             uuid NOT NULL REFERENCES payments.tenants (tenant_id),
    id                    uuid NOT NULL,
    order_id              text NOT NULL,
    customer_id           text,
    show_id               text,
    venue_id              text,
    amount                bigint NOT NULL CONSTRAINT payment_amount_positive CHECK (amount > 0),
    currency              text NOT NULL REFERENCES payments.currencies (currency),
    status                text NOT NULL CONSTRAINT payment_status_known CHECK (status IN (
        'created', 'requires_payment_method', 'requires_confirmation', 'requires_action',
        'processing',
        'requires_capture', 'succeeded', 'canceled', 'failed', 'blocked')),
    amount_captured       bigint NOT NULL DEFAULT 0,
    amount_refunded       bigint NOT NULL DEFAULT 0,
    amount_refund_pending bigint NOT NULL DEFAULT 0,
    amount_disputed       bigint NOT NULL DEFAULT 0,
    capture_method        text NOT NULL CONSTRAINT payment_capture_method_known
    CHECK (capture_method IN ('automatic', 'manual')),
    description           text,
    receipt_email         text,
    metadata              jsonb NOT NULL,
    device                jsonb,
    split_rule_id         uuid,
    created_by            text NOT NULL,
    failure_code          text,
    failure_message       text,
    settled_at            timestamptz,
    created_at            timestamptz NOT NULL,
    updated_at            timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT payment_currency_key UNIQUE (tenant_id, id, currency),
    FOREIGN KEY (tenant_id, split_rule_id) REFERENCES payments.split_rules (tenant_id, id),
    CONSTRAINT payment_captured_within_amount CHECK (amount_captured BETWEEN 0 AND amount),
    CONSTRAINT payment_refunded_within_captured
        CHECK (amount_refunded >= 0 AND amount_refund_pending >= 0
               AND amount_refunded + amount_refund_pending <= amount_captured),
    CONSTRAINT payment_disputed_not_negative CHECK (amount_disputed >= 0),
    CONSTRAINT payment_settled_when_captured
    CHECK ((amount_captured > 0) = (settled_at IS NOT NULL)),
    CONSTRAINT payment_updated_after_created CHECK (updated_at >= created_at)
);
COMMENT ON TABLE payments.payment_transactions IS
    'One order''s card payment. Its id is the {id} of the API.';
COMMENT ON COLUMN payments.payment_transactions.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.payment_transactions.id IS
    'Derived from tenant, subject, route and the client''s Idempotency-Key.';
COMMENT ON COLUMN payments.payment_transactions.order_id IS 'The platform''s order.';
COMMENT ON COLUMN payments.payment_transactions.customer_id IS 'The platform''s customer.';
COMMENT ON COLUMN payments.payment_transactions.show_id IS 'The show the tickets are for.';
COMMENT ON COLUMN payments.payment_transactions.venue_id IS 'Where it takes place.';
COMMENT ON COLUMN payments.payment_transactions.amount IS 'Authorised amount in minor units.';
COMMENT ON COLUMN payments.payment_transactions.currency IS 'ISO 4217, lower case.';
COMMENT ON COLUMN payments.payment_transactions.status IS
    'created: row written, Stripe not heard yet. requires_*, processing: with the buyer or the '
    'bank. requires_capture: authorised. succeeded: captured and settled. canceled: released. '
    'failed: Stripe refused the intent. blocked: never sent, fraud.';
COMMENT ON COLUMN payments.payment_transactions.amount_captured IS
    'Captured, minor units; set once, by settlement.';
COMMENT ON COLUMN payments.payment_transactions.amount_refunded IS
    'Refunds that succeeded, minor units.';
COMMENT ON COLUMN payments.payment_transactions.amount_refund_pending IS
    'Refunds requested and not yet failed or succeeded, minor units.';
COMMENT ON COLUMN payments.payment_transactions.amount_disputed IS
    'Open or lost disputes, minor units; may exceed the capture through currency conversion.';
COMMENT ON COLUMN payments.payment_transactions.capture_method IS 'automatic or manual.';
COMMENT ON COLUMN payments.payment_transactions.description IS 'Free text of the caller.';
COMMENT ON COLUMN payments.payment_transactions.receipt_email IS
    'Where Stripe sends the receipt; never logged.';
COMMENT ON COLUMN payments.payment_transactions.metadata IS
    'The caller''s own keys, sent on to Stripe.';
COMMENT ON COLUMN payments.payment_transactions.device IS
    'What the caller tells of the buyer''s device.';
COMMENT ON COLUMN payments.payment_transactions.split_rule_id IS
    'The rule version used when the request named no splits.';
COMMENT ON COLUMN payments.payment_transactions.created_by IS
    'Subject of the token that created it.';
COMMENT ON COLUMN payments.payment_transactions.failure_code IS
    'Stripe''s code for the last failure.';
COMMENT ON COLUMN payments.payment_transactions.failure_message IS 'Its text.';
COMMENT ON COLUMN payments.payment_transactions.settled_at IS
    'When the capture was split and posted.';
COMMENT ON COLUMN payments.payment_transactions.created_at IS 'When created.';
COMMENT ON COLUMN payments.payment_transactions.updated_at IS 'When last changed.';

CREATE TABLE payments.payment_intents (
    tenant_id                uuid NOT NULL,
    id                       uuid NOT NULL,
    stripe_payment_intent_id text,
    stripe_status            text,
    client_secret            text,
    livemode                 boolean,
    latest_charge_id         text,
    balance_transaction_id   text,
    provider_fee             bigint CONSTRAINT intent_fee_not_negative CHECK (provider_fee >= 0),
    capture_before           timestamptz,
    cancel_reason            text,
    canceled_at              timestamptz,
    cancellation_reason      text,
    created_at               timestamptz NOT NULL,
    updated_at               timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, id) REFERENCES payments.payment_transactions (tenant_id, id)
);
COMMENT ON TABLE payments.payment_intents IS
    'Stripe''s side of a payment, one to one: what Stripe calls it and last said of it.';
COMMENT ON COLUMN payments.payment_intents.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.payment_intents.id IS 'The payment''s id.';
COMMENT ON COLUMN payments.payment_intents.stripe_payment_intent_id IS 'pi_…, once known.';
COMMENT ON COLUMN payments.payment_intents.stripe_status IS 'Stripe''s status as last applied.';
COMMENT ON COLUMN payments.payment_intents.client_secret IS
    'For the buyer''s browser; given to the creator only, never logged.';
COMMENT ON COLUMN payments.payment_intents.livemode IS
    'Stripe''s livemode; an event of the other mode is quarantined.';
COMMENT ON COLUMN payments.payment_intents.latest_charge_id IS 'ch_…, source of every transfer.';
COMMENT ON COLUMN payments.payment_intents.balance_transaction_id IS
    'txn_… of the charge, once Stripe has named it.';
COMMENT ON COLUMN payments.payment_intents.provider_fee IS
    'Stripe''s fee in minor units of the payment''s currency, once read.';
COMMENT ON COLUMN payments.payment_intents.capture_before IS
    'Deadline of an authorisation, as the charge says.';
COMMENT ON COLUMN payments.payment_intents.cancel_reason IS
    'Why its cancellation was asked for, in the caller''s words; Stripe is told only what it has a '
    'word for.';
COMMENT ON COLUMN payments.payment_intents.canceled_at IS 'When Stripe canceled it.';
COMMENT ON COLUMN payments.payment_intents.cancellation_reason IS 'Stripe''s word for why.';
COMMENT ON COLUMN payments.payment_intents.created_at IS 'When the row was written.';
COMMENT ON COLUMN payments.payment_intents.updated_at IS 'When last changed.';

CREATE TABLE payments.payment_splits (
    tenant_id            uuid NOT NULL,
    id                   uuid NOT NULL,
    payment_id           uuid NOT NULL,
    position             smallint NOT NULL CONSTRAINT split_position_not_negative
    CHECK (position >= 0),
    recipient_type       text NOT NULL CONSTRAINT split_recipient_type_known
        CHECK (recipient_type IN ('venue', 'artist', 'promoter', 'seller', 'platform')),
    recipient_id         text NOT NULL,
    connected_account_id uuid,
    share_amount         bigint CONSTRAINT split_share_amount_not_negative
    CHECK (share_amount >= 0),
    share_basis_points   integer CONSTRAINT split_basis_points_in_range
    CHECK (share_basis_points BETWEEN 0 AND 10000),
    amount               bigint CONSTRAINT split_amount_not_negative CHECK (amount >= 0),
    currency             text NOT NULL,
    created_at           timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT split_recipient_once UNIQUE (tenant_id, payment_id, recipient_type, recipient_id),
    FOREIGN KEY (tenant_id, payment_id, currency)
    REFERENCES payments.payment_transactions (tenant_id, id, currency),
    CONSTRAINT split_share_of_one_kind CHECK (num_nonnulls(share_amount, share_basis_points) <= 1),
    CONSTRAINT split_platform_has_no_account
    CHECK ((recipient_type = 'platform') = (connected_account_id IS NULL))
);
COMMENT ON TABLE payments.payment_splits IS
    'Who gets what of a payment, the platform included: the shares agreed at creation, the amounts '
    'fixed at settlement. They sum to the captured amount.';
COMMENT ON COLUMN payments.payment_splits.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.payment_splits.id IS 'Row id.';
COMMENT ON COLUMN payments.payment_splits.payment_id IS 'The payment.';
COMMENT ON COLUMN payments.payment_splits.position IS
    'Request order, the platform last; breaks ties of the last minor unit.';
COMMENT ON COLUMN payments.payment_splits.recipient_type IS
    'venue, artist, promoter, seller or platform.';
COMMENT ON COLUMN payments.payment_splits.recipient_id IS 'The platform''s id of the recipient.';
COMMENT ON COLUMN payments.payment_splits.connected_account_id IS
    'The recipient''s connected account; null for the platform.';
COMMENT ON COLUMN payments.payment_splits.share_amount IS
    'Fixed share in minor units of the full amount.';
COMMENT ON COLUMN payments.payment_splits.share_basis_points IS
    'Share in 1/10,000 of the captured amount.';
COMMENT ON COLUMN payments.payment_splits.amount IS
    'Minor units of the captured amount; null before settlement.';
COMMENT ON COLUMN payments.payment_splits.currency IS 'The payment''s currency.';
COMMENT ON COLUMN payments.payment_splits.created_at IS 'When agreed.';

CREATE TABLE payments.ledger_accounts (
    tenant_id      uuid NOT NULL REFERENCES payments.tenants (tenant_id),
    id             uuid NOT NULL,
    kind           text NOT NULL CONSTRAINT ledger_account_kind_known CHECK (kind IN (
        'provider_clearing', 'payee_payable', 'payee_held', 'payee_receivable',
        'platform_revenue', 'provider_fees', 'refunds', 'disputes')),
    recipient_type text NOT NULL,
    recipient_id   text NOT NULL,
    currency       text NOT NULL REFERENCES payments.currencies (currency),
    created_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT ledger_account_once UNIQUE (tenant_id, kind, recipient_type, recipient_id, currency),
    CONSTRAINT ledger_account_currency_key UNIQUE (tenant_id, id, currency),
    CONSTRAINT ledger_account_payee_has_recipient
    CHECK ((kind LIKE 'payee%') = (recipient_id <> ''))
);
COMMENT ON TABLE payments.ledger_accounts IS
    'The chart of accounts of a tenant, one account per kind, payee and currency.';
COMMENT ON COLUMN payments.ledger_accounts.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.ledger_accounts.id IS 'Derived from kind, recipient and currency.';
COMMENT ON COLUMN payments.ledger_accounts.kind IS
    'provider_clearing: what Stripe holds for us. payee_payable: owed to a payee. payee_held: owed '
    'once released. payee_receivable: a payee owes us. platform_revenue, provider_fees: result. '
    'refunds, disputes: in transit.';
COMMENT ON COLUMN payments.ledger_accounts.recipient_type IS
    'Payee''s type; empty for accounts of the tenant itself.';
COMMENT ON COLUMN payments.ledger_accounts.recipient_id IS
    'Payee''s id; empty for accounts of the tenant itself.';
COMMENT ON COLUMN payments.ledger_accounts.currency IS 'One currency per account.';
COMMENT ON COLUMN payments.ledger_accounts.created_at IS 'When opened.';

CREATE TABLE payments.ledger_postings (
    tenant_id         uuid NOT NULL,
    id                uuid NOT NULL,
    debit_account_id  uuid NOT NULL,
    credit_account_id uuid NOT NULL,
    amount            bigint NOT NULL CONSTRAINT posting_amount_positive CHECK (amount > 0),
    currency          text NOT NULL,
    cause_type        text NOT NULL,
    cause_id          uuid NOT NULL,
    leg               text NOT NULL,
    payment_id        uuid,
    posted_at         timestamptz NOT NULL,
    posted_xid        xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT posting_cause_once UNIQUE (tenant_id, cause_type, cause_id, leg),
    CONSTRAINT posting_accounts_differ CHECK (debit_account_id <> credit_account_id),
    FOREIGN KEY (tenant_id, debit_account_id, currency)
    REFERENCES payments.ledger_accounts (tenant_id, id, currency),
    FOREIGN KEY (tenant_id, credit_account_id, currency)
    REFERENCES payments.ledger_accounts (tenant_id, id, currency),
    FOREIGN KEY (tenant_id, payment_id, currency)
    REFERENCES payments.payment_transactions (tenant_id, id, currency)
);
COMMENT ON TABLE payments.ledger_postings IS
    'Double entry by construction: a posting is one row, debit to credit. Append-only.';
COMMENT ON COLUMN payments.ledger_postings.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.ledger_postings.id IS 'Derived from the cause and leg.';
COMMENT ON COLUMN payments.ledger_postings.debit_account_id IS 'Account debited.';
COMMENT ON COLUMN payments.ledger_postings.credit_account_id IS 'Account credited.';
COMMENT ON COLUMN payments.ledger_postings.amount IS 'Minor units, positive.';
COMMENT ON COLUMN payments.ledger_postings.currency IS 'Currency of both accounts.';
COMMENT ON COLUMN payments.ledger_postings.cause_type IS
    'capture, transfer, provider_fee …: the kind of fact.';
COMMENT ON COLUMN payments.ledger_postings.cause_id IS 'The row that is the fact.';
COMMENT ON COLUMN payments.ledger_postings.leg IS
    'Which part of the fact; with the cause unique, so nothing posts twice.';
COMMENT ON COLUMN payments.ledger_postings.payment_id IS 'The payment it belongs to, if any.';
COMMENT ON COLUMN payments.ledger_postings.posted_at IS 'When posted.';
COMMENT ON COLUMN payments.ledger_postings.posted_xid IS
    'Transaction that posted it: the roll-up folds by this, so a late commit is never lost.';

CREATE TABLE payments.ledger_balances (
    tenant_id    uuid NOT NULL,
    id           uuid NOT NULL,
    debit_total  bigint NOT NULL CONSTRAINT balance_debit_not_negative CHECK (debit_total >= 0),
    credit_total bigint NOT NULL CONSTRAINT balance_credit_not_negative CHECK (credit_total >= 0),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, id) REFERENCES payments.ledger_accounts (tenant_id, id)
);
COMMENT ON TABLE payments.ledger_balances IS
    'Rolled-up sums per account up to ledger_rollups.folded_xid. The balance is this plus the '
    'postings since.';
COMMENT ON COLUMN payments.ledger_balances.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.ledger_balances.id IS 'The ledger account''s id.';
COMMENT ON COLUMN payments.ledger_balances.debit_total IS 'Sum of folded debits, minor units.';
COMMENT ON COLUMN payments.ledger_balances.credit_total IS 'Sum of folded credits, minor units.';

CREATE TABLE payments.ledger_rollups (
    tenant_id  uuid PRIMARY KEY REFERENCES payments.tenants (tenant_id),
    folded_xid xid8 NOT NULL,
    folded_at  timestamptz NOT NULL
);
COMMENT ON TABLE payments.ledger_rollups IS
    'How far a tenant''s postings are folded into ledger_balances.';
COMMENT ON COLUMN payments.ledger_rollups.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.ledger_rollups.folded_xid IS
    'Every posting of an earlier transaction is folded, none of this or a later one.';
COMMENT ON COLUMN payments.ledger_rollups.folded_at IS 'When it last moved.';

CREATE TABLE payments.stripe_operations (
    tenant_id          uuid NOT NULL REFERENCES payments.tenants (tenant_id),
    id                 uuid NOT NULL,
    kind               text NOT NULL CONSTRAINT operation_kind_known CHECK (kind IN (
        'intent', 'capture', 'cancel', 'refund', 'transfer', 'reversal', 'account', 'account_link',
        'evidence', 'fetch')),
    payment_id         uuid,
    subject_id         uuid NOT NULL,
    idempotency_id     uuid,
    lock_key           text NOT NULL,
    request            jsonb NOT NULL,
    state              text NOT NULL CONSTRAINT operation_state_known
        CHECK (state IN ('ready', 'leased', 'succeeded', 'failed', 'unknown', 'dead')),
    outcome            text CONSTRAINT operation_outcome_known
    CHECK (outcome IN ('succeeded', 'failed')),
    generation         integer NOT NULL DEFAULT 0 CONSTRAINT operation_generation_not_negative
    CHECK (generation >= 0),
    lease_epoch        bigint NOT NULL DEFAULT 0 CONSTRAINT operation_epoch_not_negative
    CHECK (lease_epoch >= 0),
    leased_by          text,
    failures           integer NOT NULL DEFAULT 0 CONSTRAINT operation_failures_not_negative
    CHECK (failures >= 0),
    holds              text[] NOT NULL DEFAULT '{}',
    next_run_at        timestamptz NOT NULL,
    first_sent_at      timestamptz,
    first_sent_epoch   bigint,
    last_sent_at       timestamptz,
    finished_at        timestamptz,
    provider_id        text,
    last_error_code    text,
    last_error         text,
    trace_context      text,
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, payment_id) REFERENCES payments.payment_transactions (tenant_id, id),
    CONSTRAINT operation_outcome_when_resolved
    CHECK ((outcome IS NULL) = (state NOT IN ('succeeded', 'failed'))),
    CONSTRAINT operation_sent_in_order
    CHECK (num_nulls(first_sent_at, first_sent_epoch, last_sent_at) IN (0, 3)
           AND last_sent_at >= first_sent_at)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 200);
COMMENT ON TABLE payments.stripe_operations IS
    'Every outgoing call to Stripe, written with the business change before it is sent. Carries '
    'identity, key, lease, evidence and outcome.';
COMMENT ON COLUMN payments.stripe_operations.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.stripe_operations.id IS
    'Derived from tenant, kind and natural key: the same intention is the same row and the same '
    'Stripe key.';
COMMENT ON COLUMN payments.stripe_operations.kind IS
    'Which call; fetch is a read that money needs.';
COMMENT ON COLUMN payments.stripe_operations.payment_id IS 'The payment it serves, if any.';
COMMENT ON COLUMN payments.stripe_operations.subject_id IS
    'The row it acts for: payment, transfer or connected account.';
COMMENT ON COLUMN payments.stripe_operations.idempotency_id IS
    'The client request that waits for it, if any.';
COMMENT ON COLUMN payments.stripe_operations.lock_key IS
    'Object that may have only one unresolved call.';
COMMENT ON COLUMN payments.stripe_operations.request IS
    'Frozen: target and params exactly as sent, every time.';
COMMENT ON COLUMN payments.stripe_operations.state IS
    'ready: may be claimed when due. leased: a worker or request has it until next_run_at. '
    'unknown: sent, answer not known; looked up before any repeat. succeeded, failed: resolved. '
    'dead: given up, for a person.';
COMMENT ON COLUMN payments.stripe_operations.outcome IS 'Null while unresolved.';
COMMENT ON COLUMN payments.stripe_operations.generation IS
    'Part of the Stripe key; rises only with a recorded definite failure.';
COMMENT ON COLUMN payments.stripe_operations.lease_epoch IS
    'Rises with every claim, never goes down; the fence of a stale worker.';
COMMENT ON COLUMN payments.stripe_operations.leased_by IS
    'Who holds the lease; inline: the request itself.';
COMMENT ON COLUMN payments.stripe_operations.failures IS
    'Failures that count towards dead; 429 and an open circuit do not.';
COMMENT ON COLUMN payments.stripe_operations.holds IS
    'Reasons why it must not be sent now (payee_blocked …); claimable when empty.';
COMMENT ON COLUMN payments.stripe_operations.next_run_at IS
    'When due; while leased, when the lease ends. Database clock.';
COMMENT ON COLUMN payments.stripe_operations.first_sent_at IS
    'First send of this generation; null: nothing of it can be at Stripe.';
COMMENT ON COLUMN payments.stripe_operations.first_sent_epoch IS
    'The lease under which that was: a call turned away under the same lease was never at Stripe '
    'at all.';
COMMENT ON COLUMN payments.stripe_operations.last_sent_at IS 'Last send of this generation.';
COMMENT ON COLUMN payments.stripe_operations.finished_at IS 'When resolved.';
COMMENT ON COLUMN payments.stripe_operations.provider_id IS 'Id of the object it made or read.';
COMMENT ON COLUMN payments.stripe_operations.last_error_code IS
    'Stripe''s code of the last failure.';
COMMENT ON COLUMN payments.stripe_operations.last_error IS 'Its text, or ours.';
COMMENT ON COLUMN payments.stripe_operations.trace_context IS
    'traceparent of the request that caused it.';
COMMENT ON COLUMN payments.stripe_operations.created_at IS 'When written.';
COMMENT ON COLUMN payments.stripe_operations.updated_at IS 'When last changed.';

CREATE TABLE payments.stripe_operation_attempts (
    tenant_id    uuid NOT NULL,
    id           uuid NOT NULL DEFAULT gen_random_uuid(),
    operation_id uuid NOT NULL,
    lease_epoch  bigint NOT NULL,
    generation   integer NOT NULL,
    outcome      text NOT NULL,
    applied      boolean NOT NULL,
    http_status  integer,
    error_code   text,
    error        text,
    provider_id  text,
    request_id   text,
    finished_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, operation_id) REFERENCES payments.stripe_operations (tenant_id, id)
);
COMMENT ON TABLE payments.stripe_operation_attempts IS
    'What every attempt brought back, a stale worker''s included: evidence, never edited.';
COMMENT ON COLUMN payments.stripe_operation_attempts.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.stripe_operation_attempts.id IS 'Row id.';
COMMENT ON COLUMN payments.stripe_operation_attempts.operation_id IS 'The operation.';
COMMENT ON COLUMN payments.stripe_operation_attempts.lease_epoch IS
    'The lease under which it was made.';
COMMENT ON COLUMN payments.stripe_operation_attempts.generation IS
    'The key generation at the time of recording.';
COMMENT ON COLUMN payments.stripe_operation_attempts.outcome IS
    'succeeded, failed, unknown or not_sent.';
COMMENT ON COLUMN payments.stripe_operation_attempts.applied IS
    'False: the lease was stale, the operation did not change.';
COMMENT ON COLUMN payments.stripe_operation_attempts.http_status IS
    'Stripe''s status, if there was an answer.';
COMMENT ON COLUMN payments.stripe_operation_attempts.error_code IS 'Stripe''s code.';
COMMENT ON COLUMN payments.stripe_operation_attempts.error IS 'Text of the error.';
COMMENT ON COLUMN payments.stripe_operation_attempts.provider_id IS
    'Id of the object in the answer.';
COMMENT ON COLUMN payments.stripe_operation_attempts.request_id IS 'Stripe''s Request-Id.';
COMMENT ON COLUMN payments.stripe_operation_attempts.finished_at IS 'When recorded.';

CREATE TABLE payments.idempotency_keys (
    tenant_id       uuid NOT NULL REFERENCES payments.tenants (tenant_id),
    id              uuid NOT NULL,
    subject         text NOT NULL,
    route           text NOT NULL,
    idempotency_key text NOT NULL CONSTRAINT idempotency_key_bounded
    CHECK (length(idempotency_key) BETWEEN 1 AND 255),
    fingerprint     bytea NOT NULL,
    operation_id    uuid,
    response_status integer,
    response_body   jsonb,
    problem         text,
    problem_detail  text,
    created_at      timestamptz NOT NULL,
    completed_at    timestamptz,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT idempotency_key_once UNIQUE (tenant_id, subject, route, idempotency_key),
    CONSTRAINT idempotency_answer_when_completed
        CHECK ((completed_at IS NULL) = (response_status IS NULL AND problem IS NULL))
);
COMMENT ON TABLE payments.idempotency_keys IS
    'The client''s Idempotency-Key: what was asked, which operation answers it, the answer. Scope: '
    'tenant, subject, route.';
COMMENT ON COLUMN payments.idempotency_keys.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.idempotency_keys.id IS 'Derived from subject, route and key.';
COMMENT ON COLUMN payments.idempotency_keys.subject IS 'Subject of the token.';
COMMENT ON COLUMN payments.idempotency_keys.route IS 'Name of the route.';
COMMENT ON COLUMN payments.idempotency_keys.idempotency_key IS 'As the client sent it.';
COMMENT ON COLUMN payments.idempotency_keys.fingerprint IS
    'SHA-256 of the validated request; another body under the same key is refused.';
COMMENT ON COLUMN payments.idempotency_keys.operation_id IS
    'The operation whose end is the answer.';
COMMENT ON COLUMN payments.idempotency_keys.response_status IS 'HTTP status of the stored answer.';
COMMENT ON COLUMN payments.idempotency_keys.response_body IS 'Body of the stored answer.';
COMMENT ON COLUMN payments.idempotency_keys.problem IS
    'Error code of the stored answer, when it is a refusal by Stripe.';
COMMENT ON COLUMN payments.idempotency_keys.problem_detail IS 'Its text.';
COMMENT ON COLUMN payments.idempotency_keys.created_at IS 'When first seen.';
COMMENT ON COLUMN payments.idempotency_keys.completed_at IS
    'When answered for good; null: in progress.';

CREATE TABLE payments.request_nonces (
    tenant_id  uuid NOT NULL REFERENCES payments.tenants (tenant_id),
    key_id     text NOT NULL CONSTRAINT nonce_key_bounded CHECK (length(key_id) BETWEEN 1 AND 64),
    nonce      text NOT NULL CONSTRAINT nonce_bounded CHECK (length(nonce) BETWEEN 1 AND 255),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, key_id, nonce)
);
COMMENT ON TABLE payments.request_nonces IS
    'Signatures already used: a signed request is let in once.';
COMMENT ON COLUMN payments.request_nonces.tenant_id IS
    'Tenant of the token that the signature covers.';
COMMENT ON COLUMN payments.request_nonces.key_id IS 'The key that signed.';
COMMENT ON COLUMN payments.request_nonces.nonce IS 'As signed.';
COMMENT ON COLUMN payments.request_nonces.expires_at IS
    'From then on the signature is refused for its age alone, and the row may go.';

CREATE TABLE payments.provider_objects (
    provider_id text PRIMARY KEY CONSTRAINT provider_id_bounded
    CHECK (length(provider_id) BETWEEN 1 AND 255),
    tenant_id   uuid NOT NULL,
    object_type text NOT NULL CONSTRAINT provider_object_type_known
        CHECK (object_type IN ('payment_intent', 'charge', 'transfer', 'account')),
    object_id   uuid NOT NULL,
    created_at  timestamptz NOT NULL
);
COMMENT ON TABLE payments.provider_objects IS
    'Whose a Stripe id is. The only way a webhook finds its tenant; one Stripe id belongs to one '
    'tenant.';
COMMENT ON COLUMN payments.provider_objects.provider_id IS 'pi_…, ch_…, tr_…, acct_…';
COMMENT ON COLUMN payments.provider_objects.tenant_id IS 'Owner.';
COMMENT ON COLUMN payments.provider_objects.object_type IS 'Stripe''s name for its kind.';
COMMENT ON COLUMN payments.provider_objects.object_id IS
    'Our row: payment, transfer or connected account.';
COMMENT ON COLUMN payments.provider_objects.created_at IS 'When learnt.';

CREATE TABLE payments.webhook_inbox (
    source       text NOT NULL CONSTRAINT inbox_source_known
    CHECK (source IN ('platform', 'connect')),
    event_id     text NOT NULL CONSTRAINT inbox_event_id_bounded
    CHECK (length(event_id) BETWEEN 1 AND 255),
    event_type   text NOT NULL,
    object_ids   jsonb NOT NULL CONSTRAINT inbox_object_ids_are_a_list
    CHECK (jsonb_typeof(object_ids) = 'array'),
    payload      bytea NOT NULL,
    tenant_id    uuid,
    state        text NOT NULL CONSTRAINT inbox_state_known
        CHECK (state IN ('received', 'waiting', 'done', 'ignored', 'quarantined', 'dead')),
    lease_epoch  bigint NOT NULL DEFAULT 0,
    leased_by    text,
    attempts     integer NOT NULL DEFAULT 0 CONSTRAINT inbox_attempts_not_negative
    CHECK (attempts >= 0),
    next_run_at  timestamptz NOT NULL,
    reason       text,
    received_at  timestamptz NOT NULL,
    finished_at  timestamptz,
    PRIMARY KEY (source, event_id),
    CONSTRAINT inbox_finished_when_terminal
    CHECK ((finished_at IS NULL) = (state IN ('received', 'waiting')))
) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 200);
COMMENT ON TABLE payments.webhook_inbox IS
    'Every signed event exactly as it arrived, before anything is understood of it. Has no tenant '
    'until our own row names it.';
COMMENT ON COLUMN payments.webhook_inbox.source IS
    'platform or connect: the endpoint whose secret signed it.';
COMMENT ON COLUMN payments.webhook_inbox.event_id IS
    'evt_…; a body without a readable id is kept under sha256:….';
COMMENT ON COLUMN payments.webhook_inbox.event_type IS 'As the event says.';
COMMENT ON COLUMN payments.webhook_inbox.object_ids IS
    'Stripe ids the event names, to find the tenant by.';
COMMENT ON COLUMN payments.webhook_inbox.payload IS 'Raw bytes.';
COMMENT ON COLUMN payments.webhook_inbox.tenant_id IS
    'Whose it is, once resolved through provider_objects.';
COMMENT ON COLUMN payments.webhook_inbox.state IS
    'received: to be applied. waiting: its object is not known yet, or its turn comes later. done, '
    'ignored: ended well. quarantined: contradicts our row, for a person. dead: cannot be applied, '
    'for a person.';
COMMENT ON COLUMN payments.webhook_inbox.lease_epoch IS 'Rises with every claim.';
COMMENT ON COLUMN payments.webhook_inbox.leased_by IS 'Worker that has it until next_run_at.';
COMMENT ON COLUMN payments.webhook_inbox.attempts IS
    'Failed attempts to apply; a redelivery is none.';
COMMENT ON COLUMN payments.webhook_inbox.next_run_at IS
    'When due; while leased, when the lease ends.';
COMMENT ON COLUMN payments.webhook_inbox.reason IS
    'Why it waits, was ignored, quarantined or died.';
COMMENT ON COLUMN payments.webhook_inbox.received_at IS 'When first received.';
COMMENT ON COLUMN payments.webhook_inbox.finished_at IS 'When it reached a terminal state.';

CREATE TABLE payments.payment_events (
    tenant_id   uuid NOT NULL REFERENCES payments.tenants (tenant_id),
    id          text NOT NULL,
    source      text NOT NULL,
    event_type  text NOT NULL,
    provider_id text NOT NULL,
    payment_id  uuid,
    result      text NOT NULL CONSTRAINT event_result_known
    CHECK (result IN ('done', 'ignored', 'quarantined')),
    reason      text,
    occurred_at timestamptz NOT NULL,
    applied_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, payment_id) REFERENCES payments.payment_transactions (tenant_id, id)
);
COMMENT ON TABLE payments.payment_events IS
    'Events applied, written in the transaction that applied them: the second copy of an event '
    'changes nothing.';
COMMENT ON COLUMN payments.payment_events.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.payment_events.id IS 'Stripe''s event id.';
COMMENT ON COLUMN payments.payment_events.source IS 'platform or connect.';
COMMENT ON COLUMN payments.payment_events.event_type IS 'As the event says.';
COMMENT ON COLUMN payments.payment_events.provider_id IS 'The event''s object.';
COMMENT ON COLUMN payments.payment_events.payment_id IS 'The payment it concerns, if any.';
COMMENT ON COLUMN payments.payment_events.result IS 'done, ignored or quarantined.';
COMMENT ON COLUMN payments.payment_events.reason IS 'Why, unless done.';
COMMENT ON COLUMN payments.payment_events.occurred_at IS 'Stripe''s time of the event.';
COMMENT ON COLUMN payments.payment_events.applied_at IS 'When applied.';

CREATE TABLE payments.provider_rates (
    provider_account text PRIMARY KEY,
    tokens           numeric NOT NULL,
    refilled_at      timestamptz NOT NULL,
    reserved         numeric NOT NULL DEFAULT 0
);
COMMENT ON TABLE payments.provider_rates IS
    'Token bucket of POSTs towards one Stripe account, shared by all processes. Holds no tenant''s '
    'data.';
COMMENT ON COLUMN payments.provider_rates.provider_account IS
    'The Stripe account, by a digest of its key.';
COMMENT ON COLUMN payments.provider_rates.tokens IS
    'Calls that may start now; negative: requests ran ahead of the rate.';
COMMENT ON COLUMN payments.provider_rates.refilled_at IS 'When tokens was last brought up to date.';
COMMENT ON COLUMN payments.provider_rates.reserved IS
    'Of these calls, those kept for the queue: no request can take them.';

CREATE TABLE payments.scheduled_tasks (
    name   text PRIMARY KEY CONSTRAINT chore_name_bounded CHECK (length(name) BETWEEN 1 AND 100),
    due_at timestamptz NOT NULL
);
COMMENT ON TABLE payments.scheduled_tasks IS
    'What the workers do by the clock, each task by one of them at a time. Holds no tenant''s '
    'data.';
COMMENT ON COLUMN payments.scheduled_tasks.name IS 'The task.';
COMMENT ON COLUMN payments.scheduled_tasks.due_at IS
    'When the next worker may take it; while one works on it, when it is given up for lost.';
