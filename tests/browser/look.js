// What a page does in a real browser, as JSON: node look.js NODE_MODULES CHROMIUM PAGE.html
"use strict";
const path = require("path");
const fs = require("fs");

const [, , modules, executablePath, file] = process.argv;
const { chromium } = require(path.join(modules, "playwright-core"));
const axe = fs.readFileSync(path.join(modules, "axe-core", "axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const QUIET = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];
const seen = { messages: [], requests: [], violations: [] };

const opened = async (browser, options) => {
  const page = await browser.newPage(options);
  page.on("console", (message) => seen.messages.push(message.text()));
  page.on("pageerror", (error) => seen.messages.push(String(error)));
  page.on("request", (request) => seen.requests.push(request.url()));
  await page.exposeFunction("told", (words) => seen.violations.push(words));
  await page.addInitScript(() => document.addEventListener("securitypolicyviolation", (event) =>
    window.told(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`)));
  await page.goto(`file://${file}`);
  return page;
};

// The findings that a reader can see, how wide the page is, and whether the controls are there.
const shown = (page) => page.evaluate(() => ({
  findings: [...document.querySelectorAll("#findings details li")].filter((e) => e.checkVisibility()).length,
  closed: document.querySelectorAll("#findings details:not([open])").length,
  form: Boolean(document.querySelector("form")?.checkVisibility()),
  rules: [...document.querySelectorAll("article dd")].filter((e) => e.checkVisibility()).length,
  overflows: document.documentElement.scrollWidth > document.documentElement.clientWidth,
  count: document.getElementById("count")?.textContent,
  roles: [...document.querySelectorAll("#findings details h3")].filter((e) => e.checkVisibility()).map((e) => e.textContent),
}));

const scanned = async (page) => {
  await page.evaluate(axe);
  const { violations } = await page.evaluate((tags) => window.axe.run({ runOnly: tags }), TAGS);
  return violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html).join(" ")}`);
};

// What the Tab key reaches, in order, and whether one sees where it is.
const reached = async (page) => {
  const stops = [];
  for (let count = 0; count < 200; count += 1) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const one = document.activeElement;
      const style = getComputedStyle(one);
      return {
        what: one.id || one.name || one.tagName.toLowerCase(),
        words: one.textContent.slice(0, 40),
        seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
      };
    });
    if (stop.what === "body") break;
    stops.push(stop);
  }
  return stops;
};

const controlled = async (page) => {
  const states = { first: await shown(page) };
  const take = async (name) => { states[name] = await shown(page); };
  await page.click("#open");
  await take("open");
  await page.getByLabel("error", { exact: true }).uncheck();
  await take("without errors");
  await page.getByRole("button", { name: "Reset" }).click();
  await take("reset");
  await page.getByLabel("Search role, rule, permission").fill("SALES ORDER order sync");
  await take("search");
  await page.getByLabel("Search role, rule, permission").fill("no such words");
  await take("nothing");
  await page.emulateMedia({ media: "print" });
  await take("nothing, printed");
  await page.emulateMedia({ media: "screen" });
  await page.getByRole("button", { name: "Reset" }).click();
  const active = page.getByLabel("active", { exact: true });
  if (await active.count()) {
    await active.uncheck();
    await take("accepted");
    await page.getByRole("button", { name: "Reset" }).click();
  }
  await page.getByLabel("Sort by").selectOption("name");
  await take("by name");
  await page.getByLabel("Sort by").selectOption("rank");
  await take("by rank");
  await page.click("#close");
  await take("closed");
  await page.emulateMedia({ media: "print" });
  await take("closed, printed");
  await page.emulateMedia({ media: "screen" });
  await page.focus("#findings summary");
  await page.keyboard.press("Enter");
  await take("opened by key");
  await page.click("#close");
  await page.click("#map tbody th a");
  await take("by link");
  return states;
};

const main = async () => {
  const browser = await chromium.launch({ executablePath, args: QUIET });
  const result = { axe: {}, width: {} };
  const without = await opened(browser, { javaScriptEnabled: false });
  result["without script"] = await shown(without);
  await without.emulateMedia({ media: "print" });
  result["without script, printed"] = await shown(without);
  await without.close();
  for (const colorScheme of ["light", "dark"]) {
    const page = await opened(browser, { colorScheme });
    if (await page.$("#open")) await page.click("#open");
    result.axe[colorScheme] = await scanned(page);
    await page.close();
  }
  for (const width of [320, 400, 1400]) {
    const page = await opened(browser, { viewport: { width, height: 900 } });
    if (width === 400) result.axe.narrow = await scanned(page);
    if (width === 1400) {
      result.stops = await reached(page);
      await page.reload();
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      result.skipped = await page.evaluate(() => document.activeElement.id);
    }
    result.width[width] = await shown(page);
    await page.close();
  }
  const page = await opened(browser, {});
  if (await page.$("#filter")) result.states = await controlled(page);
  await browser.close();
  process.stdout.write(JSON.stringify({ ...result, ...seen }));
};

main().catch((error) => { process.stderr.write(`${error.stack}\n`); process.exit(1); });
