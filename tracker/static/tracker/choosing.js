/* Fields that search (select2 makes them) are named as the field that they stand for: select2 itself gives an empty one no name. */
(() => {
const name = (scope) => {
  for (const select of scope.querySelectorAll("select.admin-autocomplete")) {
    const label = select.labels?.[0]?.textContent.replace(/:\s*$/, "").trim() || select.getAttribute("aria-label");
    const made = select.nextElementSibling;
    if (!label || !made?.classList.contains("select2-container")) continue;
    for (const part of made.querySelectorAll(".select2-selection__rendered[role=textbox], .select2-selection[role=combobox], .select2-search__field")) {
      part.setAttribute("aria-label", label);
    }
  }
};
// After the stock script, which makes them when the page is ready.
django.jQuery(() => name(document));
document.addEventListener("formset:added", (event) => setTimeout(() => name(event.target)));
})();
