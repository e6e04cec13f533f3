// The desk's keyboard. Nothing here is needed: every key presses a button or follows a link that stands on the page.
// (At the end: tables that are only read can be scrolled with the arrow keys, in browsers that do not see to it by themselves.)

const SWITCHED_OFF = "single-keys-off";
const home = document.querySelector("#site-name a, .breadcrumbs a");
const dialog = document.querySelector("#shortcuts");

const press = (...selectors) => {
  const button = selectors.map((selector) => document.querySelector(selector)).find(Boolean);
  button?.click();
  return Boolean(button);
};

const typing = (target) => target.closest?.("input:not([type=checkbox], [type=radio], [type=submit], [type=button]), textarea, select, [contenteditable], .select2-container");

const rows = () => [...document.querySelectorAll("#result_list tbody tr, .queue-rows > *, [data-row]")];

const step = (by) => {
  const all = rows();
  const links = all.map((row) => row.querySelector("th a, td a, a")).filter(Boolean);
  if (!links.length) return false;
  const here = links.findIndex((link) => link === document.activeElement);
  links[Math.min(Math.max(here + by, 0), links.length - 1)].focus();
  return true;
};

const single = {
  "/": () => {
    const field = document.querySelector("#searchbar");
    field?.focus();
    return Boolean(field);
  },
  j: () => step(1),
  k: () => step(-1),
  n: () => press(".object-tools a.addlink"),
  h: () => press(".object-tools a.historylink"),
  "?": () => {
    dialog?.showModal();
    return Boolean(dialog);
  },
};

// Whoever speaks to the computer, or rests a hand on the keys, can switch the single ones off.
const singleKeys = document.querySelector("#shortcuts-single");
const on = () => localStorage.getItem(SWITCHED_OFF) === null;
if (singleKeys) {
  singleKeys.checked = on();
  singleKeys.addEventListener("change", () => {
    if (singleKeys.checked) localStorage.removeItem(SWITCHED_OFF);
    else localStorage.setItem(SWITCHED_OFF, "1");
  });
}

const opener = document.querySelector("#shortcuts-open");
if (opener) {
  opener.parentElement.hidden = false;
  opener.addEventListener("click", () => dialog.showModal());
}

let going = -Infinity; // when "g" was pressed, in milliseconds

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || dialog?.open) return;
  if ((event.ctrlKey || event.metaKey) && !event.altKey) {
    const key = event.key.toLowerCase();
    let done = false;
    if (key === "s" && !event.shiftKey) done = press("input[name=_continue]", ".submit-row input.default");
    else if (key === "enter" && event.shiftKey) done = press("input[name=_submit_for_review]");
    else if (key === "enter") done = press("input[name=_save]", ".submit-row input.default", ".mark button.default", "#content form button.default");
    if (done) event.preventDefault();
    return;
  }
  if (event.altKey || event.ctrlKey || event.metaKey || typing(event.target) || !on()) return;
  if (event.timeStamp - going < 1500) {
    going = -Infinity;
    const link = event.key === "q" ? home : [...document.querySelectorAll("#shortcuts a[data-key]")].find((item) => item.dataset.key === event.key);
    if (link) {
      event.preventDefault();
      location.assign(link.href);
    }
  } else if (event.key === "g") {
    going = event.timeStamp;
  } else if (single[event.key]?.()) {
    event.preventDefault();
  }
});

// A table wider than the screen, with nothing in it to move to.
const reachable = () => {
  for (const box of document.querySelectorAll(".inline-group .tabular")) {
    const wide = box.scrollWidth > box.clientWidth && !box.querySelector("a[href], button, input:not([type=hidden]), select, textarea");
    if (!wide) {
      box.removeAttribute("tabindex");
      continue;
    }
    box.tabIndex = 0;
    box.setAttribute("role", "group");
    box.setAttribute("aria-labelledby", box.querySelector(".inline-heading").id);
  }
};
reachable();
addEventListener("resize", reachable);
