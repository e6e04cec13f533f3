// The proposed status on an assessment's form: kept up to date while addressee, searches and positions are filled in, and taken without a reload.
// Without this script the buttons send the form and get the same.

const form = document.getElementById("assessment_form");
const box = document.getElementById("proposal");
let asked = 0;

async function refresh() {
  const number = ++asked;
  const answer = await fetch(box.dataset.address, { method: "POST", body: new FormData(form), credentials: "same-origin" });
  if (!answer.ok || number !== asked) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  box.replaceChildren(...page.getElementById("proposal").childNodes);
}

function take(button) {
  form.elements.status.value = button.dataset.status;
  form.elements.effective_on.value = button.dataset.effectiveOn;
  form.elements.status.focus();
}

if (form && box) {
  box.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    event.preventDefault();
    if (button.name === "_take_proposal") take(button);
    else refresh();
  });
  form.addEventListener("change", (event) => {
    if (/^(searches|positions)-/.test(event.target.name || "")) refresh();
  });
  // The autocomplete tells only those who listen through the library that it is made with.
  window.django.jQuery("#id_addressee").on("change", refresh);
}
