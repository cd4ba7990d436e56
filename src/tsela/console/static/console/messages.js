// What makes the pages of messages pleasant; all of them work without it.
// Parts marked data-refresh=SECONDS are fetched again while the page is looked at; what is being written stays.
// A form marked data-keep keeps a half-written answer in this tab; data-check says beforehand what is wrong with it.
"use strict";

const store = {
  get: (key) => { try { return sessionStorage.getItem(key); } catch { return null; } },
  set: (key, value) => { try { value ? sessionStorage.setItem(key, value) : sessionStorage.removeItem(key); } catch { /* no room, no store */ } },
};

function refresh(part) {
  const seconds = Number(part.dataset.refresh);
  const again = async () => {
    if (!document.hidden) await renew(part).catch(() => part.setAttribute("data-stale", ""));
    setTimeout(again, seconds * 1000);
  };
  setTimeout(again, seconds * 1000);
}

async function renew(part) {
  const answer = await fetch(location.href, { headers: { "X-Requested-With": "refresh" } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
  if (!fresh || fresh.innerHTML === part.innerHTML || (part.contains(document.activeElement) && document.activeElement !== part)) return;
  const atEnd = part.scrollHeight - part.scrollTop - part.clientHeight < 40;
  if (part.tagName === "OL") renewLines(part, [...fresh.children]);
  else part.innerHTML = fresh.innerHTML;
  if (atEnd) part.scrollTop = part.scrollHeight;
}

// Line by line: what is being heard goes on, and no picture is fetched (and noted as looked at) a second time.
function renewLines(list, fresh) {
  const old = [...list.children];
  fresh.forEach((line, at) => {
    if (!old[at]) list.append(line);
    else if (old[at].outerHTML !== line.outerHTML) old[at].replaceWith(line);
  });
  old.slice(fresh.length).forEach((line) => line.remove());
}

function keep(form) {
  const field = form.querySelector("textarea"), key = `answer:${form.dataset.keep}`;
  field.value ||= store.get(key) ?? "";
  field.addEventListener("input", () => store.set(key, field.value));
  form.addEventListener("submit", () => store.set(key, ""));
}

function check(form) {
  const field = form.querySelector("textarea"), said = form.querySelector(".said"), rule = said.textContent;
  let timer;
  const ask = async () => {
    if (!field.value.trim()) { said.textContent = rule; return; }
    const body = new FormData(form);
    body.set("do", "check");
    const answer = await fetch(location.href, { method: "POST", body });
    if (answer.ok) said.innerHTML = await answer.text();
  };
  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(() => ask().catch(() => {}), 600); });
  if (field.value.trim()) ask().catch(() => {});
}

if (matchMedia("(max-width: 50rem)").matches) document.querySelectorAll("[data-wide]").forEach((part) => { part.open = false; });
document.querySelectorAll("[data-refresh]").forEach(refresh);
document.querySelectorAll("[data-keep]").forEach(keep);
document.querySelectorAll("[data-check]").forEach(check);
document.querySelectorAll(".talk").forEach((talk) => { talk.scrollTop = talk.scrollHeight; });
document.querySelectorAll("[data-put]").forEach((button) => button.addEventListener("click", () => {
  const field = button.form.querySelector("textarea");
  field.value = button.dataset.put;
  field.dispatchEvent(new Event("input"));
  field.focus();
}));
if (matchMedia("(min-width: 50rem)").matches) document.querySelector("[data-focus]")?.focus(); // on a phone the keyboard would hide the talk
document.querySelectorAll("[data-submit]").forEach((field) => field.addEventListener("change", () => field.form.requestSubmit(field.form.querySelector("button"))));
document.querySelectorAll("[data-relevance]").forEach((form) => form.addEventListener("change", async (event) => {
  if (event.target.name === "note" || event.target.type === "datetime-local") return;
  const body = new FormData(form);
  body.set("do", "look");
  const answer = await fetch(location.href, { method: "POST", body });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(form.id);
  const focused = event.target.name, value = event.target.value;
  form.replaceChildren(...fresh.childNodes);
  [...form.elements].find((field) => field.name === focused && (field.value === value || field.type !== "radio" && field.type !== "checkbox"))?.focus();
}));
