// SPDX-License-Identifier: GPL-3.0-or-later
// A real page, or an extension, for tests that are not JavaScript: opens a channel when it is told to. Arguments: the
// hub's URL, and a folder for a profile when it is to be an extension. Prints its origin; for each line of its standard
// input it tries to open a channel, and prints "open" or the code with which it was closed.

import { cpSync } from 'node:fs'
import path from 'node:path'
import readline from 'node:readline'
import { fileURLToPath } from 'node:url'
import { launch, launchWithExtension, pageScript, servePages } from './support.js'

const [url, profile] = process.argv.slice(2)

async function openPage() {
  const origin = `http://127.0.0.1:${await servePages()}`
  const browser = await launch()
  const page = await browser.newPage()
  await page.addInitScript({ path: pageScript })
  await page.goto(origin)
  return { origin, place: page, browser }
}

async function openExtension() {
  const folder = path.join(profile, 'extension')
  cpSync(fileURLToPath(new URL('extension', import.meta.url)), folder, { recursive: true })
  cpSync(pageScript, path.join(folder, 'page.js'))
  const browser = await launchWithExtension(folder, path.join(profile, 'profile'))
  const place = browser.serviceWorkers()[0] ?? await browser.waitForEvent('serviceworker')
  return { origin: /^chrome-extension:\/\/[a-p]{32}/.exec(place.url())[0], place, browser }
}

const { origin, place, browser } = await (profile ? openExtension() : openPage())
console.log(origin)
const tries = []
for await (const _ of readline.createInterface(process.stdin)) {
  tries.push(place.evaluate((url) => tryToOpen(url), url).then((said) => console.log(said)))
}
await Promise.all(tries)
await browser.close()
process.exit()
