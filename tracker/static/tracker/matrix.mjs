// Opens the evidence of a cell in place. Without this file each cell leads to a page of its own, from which the same evidence is taken here.

const table = document.querySelector(".matrix");
const dialog = document.querySelector("dialog.opened");
const CELL = "td > a";

if (table && dialog) {
  const inside = dialog.querySelector(".opened__in");
  const asPage = dialog.querySelector(".opened__page");
  const openAsPage = asPage.textContent;
  let asked = 0;

  table.addEventListener("click", (event) => {
    const cell = event.target.closest(CELL);
    if (!cell || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    open(cell);
  });

  // A press outside closes it, as Escape does; the browser gives the focus back to the cell.
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => inside.replaceChildren());

  async function open(cell) {
    const mine = ++asked;
    cell.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(cell.href);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const article = page.querySelector("#addressee");
      if (!answer.ok || !article) throw new Error(answer.statusText);
      if (mine !== asked) return;
      for (const link of article.querySelectorAll("a[href]")) {
        const written = link.getAttribute("href");
        if (!written.startsWith("#")) link.setAttribute("href", new URL(written, cell.href).href);
      }
      // The dialog, and the way to its page, say what was opened.
      const named = article.querySelector("h1").textContent.trim();
      dialog.setAttribute("aria-label", named);
      asPage.setAttribute("aria-label", `${openAsPage}: ${named}`);
      asPage.href = cell.href;
      inside.replaceChildren(document.adoptNode(article));
      dialog.showModal();
      dialog.scrollTop = 0;
    } catch {
      location.assign(cell.href);
    } finally {
      cell.removeAttribute("aria-busy");
    }
  }

  // Arrow keys go from cell to cell; Tab reaches each as well.
  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest(CELL);
    if (!cell || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const way = document.dir === "rtl" ? -1 : 1;
    const [down, across] = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, way], ArrowLeft: [0, -way] }[event.key] ?? [0, 0];
    if (!down && !across) return;
    const rows = [...table.querySelectorAll("tbody tr:not(.group)")];
    let row = rows.indexOf(cell.closest("tr"));
    let column = cell.parentElement.cellIndex;
    let found;
    do {
      row += down;
      column += across;
      if (!rows[row]?.cells[column] || column < 1) return;
      found = rows[row].cells[column].querySelector("a");
    } while (!found);
    event.preventDefault();
    found.focus();
    found.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
}
