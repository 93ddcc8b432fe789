"use strict";
(() => {
  const form = document.getElementById("filter");
  if (!form) return;
  const search = document.getElementById("search");
  const sort = document.getElementById("sort");
  const count = document.getElementById("count");
  const parent = form.parentNode;

  // A role is a details; a heading of a severity goes before its rules; a finding is an li.
  const upTo = (heading, tags) => {
    const parts = [];
    for (let next = heading.nextElementSibling; next && !tags.includes(next.tagName); next = next.nextElementSibling) {
      parts.push(next);
    }
    return parts;
  };
  const ruleOf = (heading, severity) => {
    const parts = upTo(heading, ["H4", "H5"]);
    const shared = parts.filter((part) => part.tagName === "P").map((part) => part.textContent);
    return {
      parts: [heading, ...parts],
      severity,
      words: [heading.textContent, ...shared].join(" ").toLowerCase(),
      findings: parts.flatMap((part) => [...part.querySelectorAll("li")]).map((item) => ({
        item, status: item.className || "n", words: item.textContent.toLowerCase(),
      })),
    };
  };
  const severityOf = (heading) => ({
    heading,
    rules: upTo(heading, ["H4"]).filter((part) => part.tagName === "H5").map((rule) => ruleOf(rule, heading.className)),
  });

  // A file has the reason of a rule once; here it stands with the findings, too.
  const words = (card, term) => {
    const found = [...card.querySelectorAll("dt")].find((dt) => dt.textContent === term);
    return found ? found.nextElementSibling.textContent : "";
  };
  for (const heading of parent.querySelectorAll("h5")) {
    const card = document.getElementById(heading.querySelector("a").hash.slice(1));
    for (const [term, kind] of [["Fix", "f cure"], ["Why", "why"]]) {
      const said = card ? words(card, term) : "";
      if (said) {
        const line = document.createElement("p");
        line.className = kind;
        line.textContent = said;
        heading.after(line);
      }
    }
  }

  const roles = [...parent.querySelectorAll(":scope > details")].map((box, rank) => ({
    box,
    rank,
    name: box.querySelector("h3").textContent,
    words: box.querySelector("summary").textContent.toLowerCase(),
    severities: [...box.querySelectorAll("h4")].map(severityOf),
    number: box.querySelectorAll("li").length,
  }));
  const total = roles.reduce((sum, role) => sum + role.number, 0);
  const others = document.getElementById("others");
  const end = roles.length ? roles[roles.length - 1].box.nextSibling : null;

  const chosen = (name) => {
    const boxes = [...form.querySelectorAll(`input[name=${name}]`)];
    return (value) => boxes.length === 0 || boxes.some((box) => box.value === value && box.checked);
  };
  const show = (element, is) => element.classList.toggle("off", !is);
  const number = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

  const filter = () => {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const severity = chosen("severity");
    const status = chosen("status");
    let found = 0;
    let subjects = 0;
    for (const role of roles) {
      let inRole = 0;
      for (const { heading, rules } of role.severities) {
        let inSeverity = 0;
        for (const rule of rules) {
          let inRule = 0;
          for (const one of rule.findings) {
            const is = severity(rule.severity) && status(one.status) && wanted.every((word) =>
              role.words.includes(word) || rule.words.includes(word) || one.words.includes(word));
            show(one.item, is);
            inRule += is;
          }
          for (const part of rule.parts) show(part, inRule);
          inSeverity += inRule;
        }
        show(heading, inSeverity);
        inRole += inSeverity;
      }
      show(role.box, inRole);
      if (wanted.length && inRole) role.box.open = true;
      found += inRole;
      subjects += inRole > 0;
    }
    const all = form.dataset.total ? `The first ${number(total, "finding")} of ${form.dataset.total}` : `All ${number(total, "finding")}`;
    count.textContent = found === total
      ? `${all} are shown.`
      : `${number(found, "finding")} of ${total} in ${subjects} of ${roles.length} places.`;
  };

  const orders = {
    rank: (a, b) => a.rank - b.rank,
    number: (a, b) => b.number - a.number || a.rank - b.rank,
    name: (a, b) => a.name.localeCompare(b.name) || a.rank - b.rank,
  };
  const order = () => {
    const by = sort.value;
    for (const role of [...roles].sort(orders[by])) parent.insertBefore(role.box, end);
    if (others) {
      others.classList.toggle("off", by !== "rank");
      const first = roles.find((role) => others.dataset.first === role.box.id);
      if (first && by === "rank") parent.insertBefore(others, first.box);
    }
  };
  const openAll = (is) => { for (const role of roles) role.box.open = is; };
  const follow = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (target && target.tagName === "DETAILS") target.open = true;
  };

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", (event) => { if (event.target !== sort) filter(); });
  document.getElementById("clear").addEventListener("click", () => { form.reset(); filter(); order(); });
  sort.addEventListener("change", order);
  document.getElementById("open").addEventListener("click", () => openAll(true));
  document.getElementById("close").addEventListener("click", () => openAll(false));
  window.addEventListener("hashchange", follow);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#s']");
    const target = link && document.getElementById(link.hash.slice(1));
    if (target && target.tagName === "DETAILS") { target.open = true; target.classList.remove("off"); }
  });
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = roles.filter((role) => !role.box.open);
    openAll(true);
  });
  window.addEventListener("afterprint", () => { for (const role of closed) role.box.open = false; });

  form.hidden = false;
  if (roles.length > 8) openAll(false);
  follow();
  filter();
})();
