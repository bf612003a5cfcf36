// SPDX-License-Identifier: GPL-3.0-or-later
// A browser that another program drives: one JSON object a line in, one out. {"do": NAME, "window": NAME, ...} is
// answered with {"ok": ANSWER} or {"error": TEXT}. Each window of the editor is a page of its own.
'use strict';
const readline = require('node:readline');
const { chromium } = require('playwright-core');

const [executablePath, patience] = [process.argv[2], Number(process.argv[3])];
const pages = new Map();
let browser;
let profile;

async function start() {
  browser = await chromium.launch({
    executablePath, headless: true, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  profile = await browser.newContext({ viewport: { width: 1280, height: 800 } });
}

function find(page, { selector, text }) {
  return page.locator(selector, text === undefined ? {} : { hasText: text }).first();
}

const actions = {
  /** Open a window of the editor on an address. What it keeps in the browser is there again when it is opened again. */
  async open({ window, url }) {
    const page = await profile.newPage();
    page.setDefaultTimeout(patience);
    pages.set(window, page);
    await page.goto(url);
    await page.waitForSelector('.monaco-workbench .statusbar');
  },
  /** Open a page that is no window of the editor. */
  async visit({ window, url }) {
    const page = await profile.newPage();
    page.setDefaultTimeout(patience);
    pages.set(window, page);
    await page.goto(url);
  },
  async revisit({ page }) {
    await page.reload();
  },
  async close({ page, window }) {
    pages.delete(window);
    await page.close({ runBeforeUnload: true });
  },
  async reload({ page }) {
    await page.reload();
    await page.waitForSelector('.monaco-workbench .statusbar');
  },
  /** What the window thinks of its own focus, which a page of a browser without a screen always has. */
  async focus({ page, on }) {
    await page.evaluate((focused) => {
      document.hasFocus = () => focused;
      window.dispatchEvent(new Event(focused ? 'focus' : 'blur'));
    }, on);
  },
  async wait({ page, ...where }) {
    await find(page, where).waitFor({ state: where.gone ? 'hidden' : 'visible' });
  },
  async click({ page, ...where }) {
    await find(page, where).click(where.button ? { button: where.button } : {});
  },
  async texts({ page, selector }) {
    return page.locator(selector).allInnerTexts();
  },
  async attributes({ page, selector, name }) {
    return page.locator(selector).evaluateAll((elements, key) => elements.map((element) => element.getAttribute(key)), name);
  },
  async press({ page, key }) {
    await page.keyboard.press(key);
  },
  async type({ page, text }) {
    await page.keyboard.type(text);
  },
  /** Start a command of the palette by its whole name. */
  async command({ page, name }) {
    await page.keyboard.press('F1');
    const input = page.locator('.quick-input-widget input.input');
    await input.waitFor();
    await input.fill(`>${name}`);
    const row = page.locator('.quick-input-list .monaco-list-row').filter({ has: page.locator('.label-name', { hasText: name }) });
    await row.first().click();
  },
  async shot({ page, file }) {
    await page.screenshot({ path: file });
  },
  /** A function's source, called in the page with an argument. */
  async evaluate({ page, source, argument }) {
    return page.evaluate(`(${source})(${JSON.stringify(argument ?? null)})`);
  },
};

async function answer(line) {
  const request = JSON.parse(line);
  try {
    const ok = await actions[request.do]({ ...request, page: pages.get(request.window) });
    return { ok: ok ?? null };
  } catch (error) {
    return { error: error.stack };
  }
}

async function main() {
  await start();
  console.log(JSON.stringify({ ok: browser.version() }));
  for await (const line of readline.createInterface({ input: process.stdin })) console.log(JSON.stringify(await answer(line)));
  await browser.close();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
