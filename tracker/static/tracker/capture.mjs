// Capture at the desk, with scripts: the page that waits goes on by itself, and words are marked in the archived text instead of being pasted.
// Everything here only fills in forms that work without it; the server reads the words from the archived text itself.

const csrf = () => document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";

// --- The page of a capture that is not done yet

const progress = document.querySelector("#progress[data-state]");
if (progress) {
  const look = async () => {
    try {
      const answer = await fetch(progress.dataset.state, { headers: { Accept: "application/json" } });
      if (answer.ok) {
        const { going, words } = await answer.json();
        if (!going) return location.reload();
        if (progress.textContent !== words) progress.textContent = words;
      }
    } catch { /* the network is away for a moment: asked again */ }
    setTimeout(look, 1000);
  };
  setTimeout(look, 400);
}

// --- Marking

// Offsets in UTF-16 units of what is selected in a text; null where nothing is.
function marked(copy) {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || !selection.rangeCount) return null;
  const range = selection.getRangeAt(0);
  if (!range.intersectsNode(copy)) return null;
  const touched = [...copy.querySelectorAll(".words")].filter((words) => range.intersectsNode(words));
  if (!touched.length) return null;
  const offset = (words, container, at, otherwise) => {
    if (!words.contains(container)) return otherwise;
    const before = document.createRange();
    before.selectNodeContents(words);
    before.setEnd(container, at);
    return before.toString().length;
  };
  const first = touched[0], last = touched[touched.length - 1];
  const begins = Number(first.dataset.units) + offset(first, range.startContainer, range.startOffset, 0);
  const ends = Number(last.dataset.units) + offset(last, range.endContainer, range.endOffset, last.textContent.length);
  return begins < ends ? { begins, ends } : null;
}

async function described(address, { begins, ends }) {
  const answer = await fetch(`${address}?${new URLSearchParams({ begins, ends })}`, { headers: { Accept: "application/json" } });
  return answer.ok ? answer.json() : null;
}

function whenMarked(copy, act) {
  let last = "";
  const settled = async () => {
    const found = marked(copy);
    const key = found ? `${found.begins}-${found.ends}` : "";
    if (!found || key === last) return;
    last = key;
    await act(found);
  };
  document.addEventListener("pointerup", () => setTimeout(settled));
  document.addEventListener("keyup", settled);
  document.addEventListener("touchend", () => setTimeout(settled));
}

const form = document.querySelector("form.mark");
const copy = document.querySelector(".copy");
if (form && copy) {
  const field = (name) => form.elements.namedItem(name);
  const around = document.querySelector("#around");
  whenMarked(copy, async (found) => {
    const quote = await described(form.dataset.describe, found);
    if (!quote) return;
    field("begins").value = found.begins;
    field("ends").value = found.ends;
    field("quotation").value = quote.exact;
    field("locator").value = quote.locator;
    around.textContent = `…${quote.prefix}`;
    around.append(Object.assign(document.createElement("mark"), { textContent: quote.exact }), `${quote.suffix}…`);
    around.hidden = false;
    form.classList.add("has-words");
  });
  field("quotation").addEventListener("input", () => {
    field("begins").value = field("ends").value = "";
    around.hidden = true;
  });
  const record = field("record");
  if (record) {
    const known = new Map();
    const list = document.querySelector("#records");
    const chosen = document.querySelector("#id_chosen");
    let asked = 0;
    record.addEventListener("input", async () => {
      if (!chosen.disabled) chosen.value = known.get(record.value) ?? "";
      form.querySelector("input[name=use][value=record]").checked = true;
      if (known.has(record.value) || record.value.trim().length < 2) return;
      const number = ++asked;
      const answer = await fetch(`${form.dataset.records}?${new URLSearchParams({ q: record.value })}`);
      if (!answer.ok || number !== asked) return;
      const { records } = await answer.json();
      list.replaceChildren(...records.map(({ value, label }) => {
        known.set(label, value);
        return Object.assign(document.createElement("option"), { value: label });
      }));
    });
  }
}

// --- Beside a record's form

const beside = document.querySelector("aside.beside");
if (beside) {
  const open = beside.dataset.open && document.getElementById(beside.dataset.open);
  const scroll = beside.querySelector(".scroll");
  const first = beside.querySelector("mark.cited");
  const wanted = open || first;
  if (scroll && wanted) scroll.scrollTop = wanted.getBoundingClientRect().top - scroll.getBoundingClientRect().top - 40;
  const panel = beside.querySelector("#panel");
  if (panel && copy) besidePanel(panel, copy);
}

function besidePanel(panel, copy) {
  const at = (id) => panel.querySelector(`#${id}`);
  const rows = document.querySelector("#citation_uses-group");
  const quotation = document.querySelector("textarea#id_exact");
  at("panel-fill").hidden = !quotation;
  panel.querySelector(".panel-cite").hidden = !rows;
  if (!quotation && !rows) return;
  let found = null, quote = null;
  whenMarked(copy, async (now) => {
    quote = await described(beside.dataset.describe, now);
    if (!quote) return;
    found = now;
    at("panel-exact").textContent = quote.exact;
    at("panel-locator").textContent = quote.locator;
    at("panel-problem").textContent = "";
    panel.hidden = false;
  });
  at("panel-fill").addEventListener("click", () => {
    for (const name of ["exact", "prefix", "suffix", "locator"]) {
      const field = document.querySelector(`#id_${name}`);
      if (field) field.value = quote[name];
    }
    quotation.closest("details")?.setAttribute("open", "");
    panel.hidden = true;
  });
  at("panel-add").addEventListener("click", async () => {
    const sent = new FormData();
    const values = { ...found, quotation: quote.exact, says: at("panel-says").value, stance: at("panel-stance").value, use: "keep", csrfmiddlewaretoken: csrf() };
    for (const [name, value] of Object.entries(values)) sent.append(name, value);
    const answer = await fetch(beside.dataset.mark, { method: "POST", body: sent, headers: { Accept: "application/json" } });
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) {
      at("panel-problem").textContent = said.problem ?? String(answer.status);
      return;
    }
    addRow(rows, said);
    at("panel-says").value = "";
    panel.hidden = true;
  });
}

// A row among the cited sources: the first empty one, or another.
function addRow(rows, { id, words, stance }) {
  const empty = () => [...rows.querySelectorAll("select[name$=-citation]")].find((select) => !select.name.includes("__prefix__") && !select.value);
  if (!empty()) rows.querySelector(".add-row a, tr.add-row a")?.click();
  const select = empty();
  if (!select) return;
  select.append(new Option(words, id, true, true));
  select.dispatchEvent(new Event("change", { bubbles: true }));
  if (window.django?.jQuery) window.django.jQuery(select).trigger("change");
  const takes = rows.querySelector(`select[name="${select.name.replace(/-citation$/, "-stance")}"]`);
  if (takes) takes.value = stance;
  select.closest("tr")?.scrollIntoView({ block: "nearest" });
}
