// SPDX-License-Identifier: GPL-3.0-or-later
// The page with all fields, for tests that are not JavaScript. Arguments: the build folder, the URL of the hub. Prints
// the page's origin; then takes one order in each line of its standard input, [what, field, argument], and prints in a
// line what came of it: `edit`, `type`, `text`, `moment` (of a text: when the field showed it first), `open` (the page anew).

import readline from 'node:readline'
import { launch } from '../browser/support.js'
import { serve } from './site.js'

const [build, url] = process.argv.slice(2)
const site = await serve(build)
const browser = await launch()
const page = await browser.newPage()

const orders = {
  async open(name) {
    await page.goto(`${site}/?${name}`)
    await page.evaluate(([url, moments]) => {
      globalThis.sync = new WebDevSync({ url })
      globalThis.moments = moments
      // All kinds say in their own way that they changed; a glance at each is the same for all.
      setInterval(() => {
        for (const [name, field] of Object.entries(fields)) {
          const key = `${name} ${field.text().replaceAll('\r\n', '\n')}`
          globalThis.moments[key] ??= Date.now()
        }
      }, 1)
    }, [url, {}])
    return Object.keys(await page.evaluate(() => fields))
  },
  edit: (name) => page.evaluate(async (name) => {
    const { attach } = fields[name]
    await sync.attach(document.querySelector(attach), { title: name, fileType: 'md', edit: false }).edit()
    return fields[name].text().replaceAll('\r\n', '\n')
  }, name),
  async type(name, text) {
    await page.click(await page.evaluate((name) => fields[name].click, name))
    await page.keyboard.press('Control+End')
    await page.keyboard.type(text)
    return true
  },
  text: (name) => page.evaluate((name) => fields[name].text().replaceAll('\r\n', '\n'), name),
  moment: (name, text) => page.evaluate((key) => globalThis.moments[key] ?? null, `${name} ${text}`),
}

console.log(site)
for await (const line of readline.createInterface(process.stdin)) {
  const [what, ...args] = JSON.parse(line)
  console.log(JSON.stringify(await orders[what](...args)))
}
await browser.close()
process.exit()
