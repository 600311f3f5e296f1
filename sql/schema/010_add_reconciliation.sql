-- What Stripe says against what we say: sweeps of its events, runs of the comparison, what did not
-- agree.
-- depends: 009_add_distributions

SET LOCAL ROLE payments_owner;

CREATE TABLE payments.missed_event_cursors (
    provider_account text PRIMARY KEY,
    swept_until      timestamptz,
    begun_at         timestamptz,
    position         text,
    CONSTRAINT event_sweep_position_of_one_begun CHECK (position IS NULL OR begun_at IS NOT NULL)
);
COMMENT ON TABLE payments.missed_event_cursors IS
    'Up to when a Stripe account''s list of events was read, and how far the reading is. Holds no '
    'tenant''s data.';
COMMENT ON COLUMN payments.missed_event_cursors.provider_account IS
    'acct_… of a payee, or platform.';
COMMENT ON COLUMN payments.missed_event_cursors.swept_until IS
    'Every event older than this was listed; the next sweep starts a little before. Null: none has '
    'ended yet.';
COMMENT ON COLUMN payments.missed_event_cursors.begun_at IS
    'When the sweep began that has not ended yet; null: none.';
COMMENT ON COLUMN payments.missed_event_cursors.position IS
    'evt_…: the oldest event of that sweep that is in the inbox; lists have the newest first.';
ALTER TABLE payments.missed_event_cursors ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE TABLE payments.reconciliation_runs (
    id             uuid PRIMARY KEY,
    origin         text NOT NULL CONSTRAINT run_origin_known
    CHECK (origin IN ('schedule', 'hand', 'restore')),
    state          text NOT NULL CONSTRAINT run_state_known
    CHECK (state IN ('running', 'finished', 'failed')),
    since          timestamptz NOT NULL,
    settled_before timestamptz NOT NULL,
    started_at     timestamptz NOT NULL,
    finished_at    timestamptz,
    error          text,
    CONSTRAINT run_finished_when_over CHECK ((finished_at IS NULL) = (state = 'running'))
);
COMMENT ON TABLE payments.reconciliation_runs IS 'Comparisons of Stripe''s lists with our rows.';
COMMENT ON COLUMN payments.reconciliation_runs.id IS 'Row id.';
COMMENT ON COLUMN payments.reconciliation_runs.origin IS
    'schedule, hand, or restore (a worker that may not send yet).';
COMMENT ON COLUMN payments.reconciliation_runs.state IS
    'running (or died), finished: everything was compared, failed: Stripe could not be read to the '
    'end.';
COMMENT ON COLUMN payments.reconciliation_runs.since IS
    'Objects that Stripe made from here on were compared.';
COMMENT ON COLUMN payments.reconciliation_runs.settled_before IS
    'Younger objects were not judged: our own commit may be behind them.';
COMMENT ON COLUMN payments.reconciliation_runs.started_at IS 'When it began.';
COMMENT ON COLUMN payments.reconciliation_runs.finished_at IS 'When it ended.';
COMMENT ON COLUMN payments.reconciliation_runs.error IS 'Why it failed.';
ALTER TABLE payments.reconciliation_runs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE TABLE payments.reconciliation_sightings (
    tenant_id        uuid NOT NULL REFERENCES payments.tenants (tenant_id),
    run_id           uuid NOT NULL,
    provider_account text NOT NULL,
    provider_id      text NOT NULL,
    source_id        text,
    currency         text,
    at_provider      bigint,
    in_ledger        bigint,
    seen_at          timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, run_id, provider_account, provider_id)
);
COMMENT ON TABLE payments.reconciliation_sightings IS
    'What a run has seen at Stripe, while it lasts.';
COMMENT ON COLUMN payments.reconciliation_sightings.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.reconciliation_sightings.run_id IS 'The run.';
COMMENT ON COLUMN payments.reconciliation_sightings.provider_account IS
    'acct_… of a payee, or platform.';
COMMENT ON COLUMN payments.reconciliation_sightings.provider_id IS 'Stripe''s id.';
COMMENT ON COLUMN payments.reconciliation_sightings.source_id IS
    'Of a balance transaction: the object that moved the money.';
COMMENT ON COLUMN payments.reconciliation_sightings.currency IS 'Of a balance transaction.';
COMMENT ON COLUMN payments.reconciliation_sightings.at_provider IS 'Its net, minor units.';
COMMENT ON COLUMN payments.reconciliation_sightings.in_ledger IS
    'What of it our rows explain, minor units.';
COMMENT ON COLUMN payments.reconciliation_sightings.seen_at IS 'When.';
ALTER TABLE payments.reconciliation_sightings ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE TABLE payments.reconciliation_totals (
    tenant_id        uuid NOT NULL REFERENCES payments.tenants (tenant_id),
    run_id           uuid NOT NULL,
    provider_account text NOT NULL,
    currency         text NOT NULL,
    transactions     bigint NOT NULL,
    at_provider      bigint NOT NULL,
    in_ledger        bigint NOT NULL,
    created_at       timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, run_id, provider_account, currency)
);
COMMENT ON TABLE payments.reconciliation_totals IS
    'Per finished run, Stripe account and currency: what Stripe moved and what of it our rows '
    'explain. Kept for 90 days.';
COMMENT ON COLUMN payments.reconciliation_totals.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.reconciliation_totals.run_id IS 'The run.';
COMMENT ON COLUMN payments.reconciliation_totals.provider_account IS
    'acct_… of a payee, or platform.';
COMMENT ON COLUMN payments.reconciliation_totals.currency IS 'Currency of the sums.';
COMMENT ON COLUMN payments.reconciliation_totals.transactions IS 'Balance transactions compared.';
COMMENT ON COLUMN payments.reconciliation_totals.at_provider IS 'Sum of their nets, minor units.';
COMMENT ON COLUMN payments.reconciliation_totals.in_ledger IS
    'What of it our rows explain, minor units.';
COMMENT ON COLUMN payments.reconciliation_totals.created_at IS 'When the run ended.';
ALTER TABLE payments.reconciliation_totals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE TABLE payments.discrepancies (
    tenant_id        uuid NOT NULL REFERENCES payments.tenants (tenant_id),
    id               uuid NOT NULL,
    class            text NOT NULL CONSTRAINT discrepancy_class_known CHECK (class IN (
        'missing_at_provider', 'missing_here', 'duplicate_at_provider', 'amount_differs',
        'currency_differs',
        'destination_differs', 'state_differs', 'captured_differs', 'reversed_differs',
        'unexplained_balance_transaction')),
    provider_account text NOT NULL,
    object_type      text NOT NULL,
    provider_id      text,
    object_id        uuid,
    at_provider      text,
    ours             text,
    unexplained      bigint NOT NULL,
    currency         text,
    occurred_at      timestamptz NOT NULL,
    opened_at        timestamptz NOT NULL,
    last_seen_at     timestamptz NOT NULL,
    state            text NOT NULL CONSTRAINT discrepancy_state_known
    CHECK (state IN ('open', 'closed', 'resolved')),
    ended_at         timestamptz,
    resolved_by      text,
    note             text,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT discrepancy_ended_when_not_open CHECK ((ended_at IS NULL) = (state = 'open')),
    CONSTRAINT discrepancy_resolved_with_note CHECK ((state = 'resolved') = (note IS NOT NULL)),
    CONSTRAINT discrepancy_money_has_currency CHECK (unexplained = 0 OR currency IS NOT NULL)
);
COMMENT ON TABLE payments.discrepancies IS
    'What did not agree between Stripe and us, one row per object and class, aged, and how it '
    'ended.';
COMMENT ON COLUMN payments.discrepancies.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.discrepancies.id IS
    'Derived from class, account and object: found again, it is the same row.';
COMMENT ON COLUMN payments.discrepancies.class IS
    'missing_at_provider: done with us, not there at Stripe. missing_here. duplicate_at_provider: '
    'our operation made another object too. *_differs. unexplained_balance_transaction: money '
    'moved and no posting of ours says why.';
COMMENT ON COLUMN payments.discrepancies.provider_account IS 'acct_… of a payee, or platform.';
COMMENT ON COLUMN payments.discrepancies.object_type IS
    'Stripe''s name of the object''s kind, or our operation''s kind.';
COMMENT ON COLUMN payments.discrepancies.provider_id IS 'Stripe''s id.';
COMMENT ON COLUMN payments.discrepancies.object_id IS 'Our row, when there is one.';
COMMENT ON COLUMN payments.discrepancies.at_provider IS 'What Stripe says.';
COMMENT ON COLUMN payments.discrepancies.ours IS 'What we say.';
COMMENT ON COLUMN payments.discrepancies.unexplained IS
    'Stripe''s money minus ours, minor units; 0 when no money differs.';
COMMENT ON COLUMN payments.discrepancies.currency IS 'Currency of unexplained.';
COMMENT ON COLUMN payments.discrepancies.occurred_at IS
    'When Stripe made the object, or we asked for it: a run that reaches back to it can close it.';
COMMENT ON COLUMN payments.discrepancies.opened_at IS 'When it was found (again): its age.';
COMMENT ON COLUMN payments.discrepancies.last_seen_at IS 'When it was found last.';
COMMENT ON COLUMN payments.discrepancies.state IS
    'open. closed: a later run found that it is gone. resolved: a person has explained it; opened '
    'again when the figures change.';
COMMENT ON COLUMN payments.discrepancies.ended_at IS 'When it was closed or resolved.';
COMMENT ON COLUMN payments.discrepancies.resolved_by IS 'Who explained it.';
COMMENT ON COLUMN payments.discrepancies.note IS 'How.';
ALTER TABLE payments.discrepancies ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE INDEX discrepancies_outstanding ON payments.discrepancies (tenant_id, occurred_at)
    WHERE state = 'open';

CREATE TABLE payments.unowned_objects (
    provider_account text NOT NULL,
    provider_id      text NOT NULL CONSTRAINT unowned_id_bounded
    CHECK (length(provider_id) BETWEEN 1 AND 255),
    object_type      text NOT NULL,
    class            text NOT NULL CONSTRAINT unowned_class_known
    CHECK (class IN ('unowned', 'two_tenants', 'platform_money')),
    amount           bigint,
    currency         text,
    document         jsonb NOT NULL,
    occurred_at      timestamptz NOT NULL,
    opened_at        timestamptz NOT NULL,
    last_seen_at     timestamptz NOT NULL,
    state            text NOT NULL CONSTRAINT unowned_state_known
    CHECK (state IN ('noted', 'open', 'closed', 'resolved')),
    resolved_by      text,
    note             text,
    PRIMARY KEY (provider_account, provider_id),
    CONSTRAINT unowned_resolved_with_note CHECK ((state = 'resolved') = (note IS NOT NULL))
);
COMMENT ON TABLE payments.unowned_objects IS
    'What Stripe has and no tenant of ours: found through no row of ours, whatever its metadata '
    'say.';
COMMENT ON COLUMN payments.unowned_objects.provider_account IS 'acct_… of a payee, or platform.';
COMMENT ON COLUMN payments.unowned_objects.provider_id IS 'Stripe''s id.';
COMMENT ON COLUMN payments.unowned_objects.object_type IS 'Stripe''s name of its kind.';
COMMENT ON COLUMN payments.unowned_objects.class IS
    'unowned. two_tenants: names objects of two. platform_money: the platform''s own (payouts, '
    'top-ups, Stripe''s fees).';
COMMENT ON COLUMN payments.unowned_objects.amount IS 'Minor units.';
COMMENT ON COLUMN payments.unowned_objects.currency IS 'Currency of amount.';
COMMENT ON COLUMN payments.unowned_objects.document IS
    'The object as Stripe showed it, without its expansions.';
COMMENT ON COLUMN payments.unowned_objects.occurred_at IS 'When Stripe made it.';
COMMENT ON COLUMN payments.unowned_objects.opened_at IS 'When it was found.';
COMMENT ON COLUMN payments.unowned_objects.last_seen_at IS 'When it was found last.';
COMMENT ON COLUMN payments.unowned_objects.state IS
    'noted: for information. open. closed: it has an owner now. resolved: a person has explained '
    'it.';
COMMENT ON COLUMN payments.unowned_objects.resolved_by IS 'Who explained it.';
COMMENT ON COLUMN payments.unowned_objects.note IS 'How.';
ALTER TABLE payments.unowned_objects ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
