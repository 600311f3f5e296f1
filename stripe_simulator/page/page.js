"use strict";

// Everything shown comes from the control API and is set as text, never as markup.

const $ = (id) => document.getElementById(id);

async function call(method, path, body) {
  const answer = await fetch(path, {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const data = await answer.json();
  if (!answer.ok) throw new Error(data.error || answer.statusText);
  return data;
}

function element(tag, text) {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  return node;
}

function row(...cells) {
  const line = element("tr");
  for (const cell of cells) {
    const box = element("td");
    box.append(cell);
    line.append(box);
  }
  return line;
}

function button(label, action) {
  const node = element("button", label);
  node.addEventListener("click", () => act(action, `${label}: done`));
  return node;
}

async function act(action, text) {
  try {
    await action();
    $("message").textContent = text;
    $("message").className = "";
  } catch (error) {
    $("message").textContent = error.message;
    $("message").className = "bad";
  }
  await refresh();
}

function money(amounts) {
  const parts = Object.entries(amounts).map(([currency, amount]) => `${amount} ${currency}`);
  return parts.join(", ") || "0";
}

function accountRow(account) {
  const name = element("code", account.id);
  const owner = account.platform ? " (platform)" : account.gone ? " (gone)" : ` ${account.email || ""}`;
  const label = element("span");
  label.append(name, owner);
  const enable = account.platform || account.gone || account.capabilities.transfers === "active"
    ? ""
    : button("Enable", () => call("POST", `/_sim/accounts/${account.id}`, {
      complete: true, capabilities: { transfers: "active" },
    }));
  return row(label, account.capabilities.transfers || "unrequested", money(account.available),
    money(account.pending), enable);
}

function paymentRow(payment) {
  const list = element("ul");
  for (const event of payment.events) {
    const sent = event.deliveries.length ? ` — ${event.deliveries.join(", ")}` : "";
    list.append(element("li", event.type + sent));
  }
  const notes = [payment.status];
  if (payment.refunded) notes.push(`refunded ${payment.refunded}`);
  if (payment.disputed) notes.push("disputed");
  const dispute = payment.disputable
    ? button("Open dispute", () => call("POST", `/_sim/charges/${payment.charge}/dispute`, {}))
    : "";
  return row(element("code", payment.id), `${payment.amount} ${payment.currency}`,
    notes.join(", "), list, dispute);
}

function faultItem(rule) {
  const times = rule.times === null ? "always" : `${rule.struck} of ${rule.times}`;
  const item = element("li", `${rule.fault} on ${rule.match.path || "any path"}, struck ${times} `);
  item.append(button("Remove", () => call("DELETE", `/_sim/faults/${rule.id}`)));
  return item;
}

async function refresh() {
  const [clock, ledger, accounts, overview, faults] = await Promise.all([
    call("GET", "/_sim/clock"), call("GET", "/_sim/ledger"), call("GET", "/_sim/accounts"),
    call("GET", "/_sim/overview"), call("GET", "/_sim/faults"),
  ]);
  $("clock").textContent = new Date(clock.now * 1000).toISOString().slice(0, 19) + "Z";
  $("ledger").textContent = ledger.ok ? "sums to zero" : ledger.violations.join("; ");
  $("ledger").className = ledger.ok ? "" : "bad";
  $("accounts").replaceChildren(...accounts.accounts.map(accountRow));
  $("payments").replaceChildren(...overview.payments.map(paymentRow));
  $("faults").replaceChildren(...faults.faults.map(faultItem));
}

$("advance").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  const seconds = Number(form.get("amount")) * Number(form.get("unit"));
  act(() => call("POST", "/_sim/clock/advance", { seconds }), "Clock advanced");
});

$("fault").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  act(() => call("POST", "/_sim/faults", {
    fault: form.get("fault"),
    match: { path: form.get("path") },
    times: Number(form.get("times")),
  }), "Fault set");
});

refresh();
