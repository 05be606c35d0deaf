// What the page does beyond links and forms: the map is walked with the arrow keys, an empty cell can be clicked, the
// panel beside it opens and closes. Everything that is shown comes from the server.
(() => {
  "use strict";
  const side = () => document.getElementById("side");
  let back = null; // where the focus goes when the panel closes

  function close() {
    if (!side() || !side().firstChild) return;
    side().replaceChildren();
    if (back && document.contains(back)) back.focus({ preventScroll: true });
  }

  function open(address, from) {
    back = from;
    htmx.ajax("GET", address, { target: "#side", swap: "innerHTML" });
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) { event.preventDefault(); close(); }
    if (event.target.closest("[data-print]")) window.print();
  });
  // Colours change where one is. A language comes with a new page, and what stands in the form goes along.
  document.addEventListener("click", (event) => {
    const look = event.target.closest(".look button"), form = document.querySelector("form[data-keeps]");
    if (look?.name === "theme") {
      event.preventDefault();
      document.documentElement.dataset.theme = look.value;
      fetch("/look", { method: "POST", body: new URLSearchParams({ theme: look.value }), redirect: "manual" }).catch(() => lost(true));
      look.parentElement.querySelector(`[name=theme]:not([value=${look.value}])`).focus();
    } else if (look && form) {
      event.preventDefault();
      const said = document.createElement("input");
      Object.assign(said, { type: "hidden", name: "look", value: look.value });
      form.append(said);
      form.submit(); // not as pressed: nothing is decided, added or checked
      said.remove();
    }
  });
  // What was sent once is not sent again by a second click; who comes back may send it anew.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) event.preventDefault(); else form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-at-once]");
    if (form) { sessionStorage.setItem("chosen", event.target.name); form.requestSubmit(); }
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "side") {
      const heading = side().querySelector("h2");
      if (heading) { heading.tabIndex = -1; heading.focus(); }
      side().scrollTop = 0;
    } else if (document.activeElement === document.body && event.detail.requestConfig?.verb === "post") {
      // What was clicked is gone: go on at what came.
      const heading = (event.detail.target.isConnected ? event.detail.target : side().querySelector(".sheet"))?.querySelector("h2");
      if (heading) { heading.tabIndex = -1; heading.focus(); }
    }
    prepare();
  });
  // What goes on is said once, and that the service is gone stands above the page until it is back: what is asked
  // again and again goes on by itself then.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const said = event.detail.elt.dataset?.wait;
    if (!said) return;
    const told = document.createElement("p"), turning = document.createElement("span");
    turning.className = "spin";
    told.setAttribute("role", "status");
    told.append(turning, " ", said);
    if (event.detail.target.id === "side") back = document.activeElement;
    event.detail.target.replaceChildren(told);
  });
  const lost = (gone) => { const told = document.getElementById("lost"); if (told) told.hidden = !gone; };
  document.addEventListener("htmx:afterSettle", () => {
    for (const voice of document.querySelectorAll("[data-says]")) {
      const said = document.querySelector(voice.dataset.says)?.textContent ?? "";
      if (said !== voice.textContent) voice.textContent = said;
    }
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(name, () => lost(true));
  document.addEventListener("htmx:beforeOnLoad", () => lost(false));
  // An answer that is an error has words for people too.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status >= 400 && event.detail.xhr.getResponseHeader("Content-Type")?.startsWith("text/html")) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });

  // What can be scrolled sideways is reached with the tab key.
  function reachable() {
    for (const one of document.querySelectorAll(".wide, .scroll"))
      if (one.scrollWidth > one.clientWidth) one.tabIndex = 0; else one.removeAttribute("tabindex");
  }
  window.addEventListener("resize", reachable);

  // Times are those of whoever looks; without scripts they are UTC, and say so.
  function local() {
    const written = new Intl.DateTimeFormat(document.documentElement.lang === "nl" ? "nl" : "en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
    for (const one of document.querySelectorAll("time[datetime]")) one.textContent = written.format(new Date(one.dateTime));
  }

  function prepare() {
    reachable();
    local();
    const map = document.querySelector(".heat:not([data-ready]):not(.still)");
    if (!map) return;
    map.dataset.ready = "yes";
    const told = JSON.parse(document.getElementById("heat-data").textContent);
    const cells = map.querySelector(".cells"), cursor = map.querySelector("#cursor"), voice = document.getElementById("heat-voice");
    const head = map.querySelector(".heads").clientHeight, names = map.querySelector(".names").clientWidth;
    let row = 0, column = 0;

    const href = (p, a) => `${told.base}/cell?person=${encodeURIComponent(told.people[p][0])}&activity=${encodeURIComponent(told.activities[a][0])}`;

    function place(p, a, speak) {
      row = Math.max(0, Math.min(told.people.length - 1, p));
      column = Math.max(0, Math.min(told.activities.length - 1, a));
      const x = told.cell * column, y = told.tops[row];
      cursor.setAttribute("x", x); cursor.setAttribute("y", y); cursor.setAttribute("visibility", "visible");
      if (!speak) return;
      const view = { left: map.scrollLeft, top: map.scrollTop, right: map.scrollLeft + map.clientWidth - names, bottom: map.scrollTop + map.clientHeight - head };
      if (x < view.left) map.scrollLeft = x; else if (x + told.cell > view.right) map.scrollLeft += x + told.cell - view.right + 8;
      if (y < view.top) map.scrollTop = y; else if (y + told.row > view.bottom) map.scrollTop += y + told.row - view.bottom + 8;
      const there = cells.querySelector(`[data-at="${CSS.escape(told.people[row][0])} ${CSS.escape(told.activities[column][0])}"] title`);
      voice.textContent = there ? there.textContent : `${told.people[row][1]} – ${told.activities[column][1]}: ${told.nothing}`;
    }

    map.addEventListener("keydown", (event) => {
      const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], PageUp: [-10, 0], PageDown: [10, 0], Home: [0, -1e6], End: [0, 1e6] };
      if (event.key in steps) {
        event.preventDefault();
        place(row + steps[event.key][0], column + steps[event.key][1], true);
      } else if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        open(href(row, column), map);
      }
    });
    map.addEventListener("focus", () => { if (map.matches(":focus-visible")) place(row, column, true); });
    cells.addEventListener("click", (event) => {
      event.preventDefault();
      const at = cells.getBoundingClientRect(), y = event.clientY - at.top;
      const p = told.tops.findIndex((top) => y >= top && y < top + told.row);
      if (p < 0) return;
      place(p, Math.floor((event.clientX - at.left) / told.cell), false);
      open(href(row, column), map);
    });
  }
  document.addEventListener("DOMContentLoaded", () => {
    prepare();
    // A choice that loads the page again keeps the focus.
    const chosen = sessionStorage.getItem("chosen");
    sessionStorage.removeItem("chosen");
    if (chosen) document.querySelector(`form[data-at-once] [name="${CSS.escape(chosen)}"]`)?.focus();
  });
})();
