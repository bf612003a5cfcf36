// SPDX-License-Identifier: GPL-3.0-or-later
// A public page, in a Chromium with a window: the browser asks its user before the page may reach this machine. Runs on a
// display that nobody sees. Arguments: the build folder. Prints TAP.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import https from 'node:https'
import path from 'node:path'
import { Hub } from '../browser/hub.js'
import { launchOnDisplay, run } from '../browser/support.js'
import { until } from './place.js'

const build = process.argv[2]
const hub = await Hub.start(build)
const key = path.join(hub.top, 'key.pem')
const certificate = path.join(hub.top, 'certificate.pem')
execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days',
  '2', '-subj', '/CN=app.example', '-keyout', key, '-out', certificate], { stdio: 'ignore' })
const script = readFileSync(path.join(build, 'src/clients/browser/web-dev-sync.js'))
const server = https.createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, ({ url }, response) => {
  const isScript = url === '/web-dev-sync.js'
  response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' })
  response.end(isScript ? script : '<!doctype html><title>Public</title><script src="/web-dev-sync.js"></script>')
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address()
const browser = await launchOnDisplay('--host-resolver-rules=MAP *.example 127.0.0.1',
  `--ip-address-space-overrides=127.0.0.1:${port}=public`)

/* Opens a page that connects; the browser asks. */
async function ask(host) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true })
  const page = await context.newPage()
  await page.goto(`https://${host}:${port}/`)
  hub.ctl('pair', 'allow', `https://${host}:${port}`)
  await page.evaluate((url) => {
    globalThis.said = []
    globalThis.sync = new WebDevSync({ url, onRetryAttempt: () => said.push('retry') })
    sync.statusChange((status, { reason }) => said.push(reason ? `${status} ${reason}` : status))
    sync.connect()
  }, `ws://127.0.0.1:${hub.port}/web-dev-sync/ws`)
  await until(page, () => globalThis.said.includes('connecting browser_asks'))
  return page
}

/* Presses keys in the browser's question until it is answered: it takes none in its first moment. */
async function answer(page, keys, answered) {
  const isAnswered = until(page, answered).then(() => true)
  const soon = () => page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)))
  while (await Promise.race([isAnswered, soon()]) !== true) execFileSync('xdotool', ['key', '--delay', '100', ...keys])
}

const tests = {
  async lna_prompt_is_not_an_error() {
    const page = await ask('patient.example')
    assert.deepEqual(await page.evaluate(() => globalThis.said), ['connecting', 'connecting browser_asks'])
    await answer(page, ['Tab', 'Tab', 'Tab', 'Return'], () => sync.isConnected())
    assert.deepEqual(await page.evaluate(() => globalThis.said), ['connecting', 'connecting browser_asks', 'connected'])
    await page.context().close()
  },
  async 'the user says no'() {
    const page = await ask('unwanted.example')
    await answer(page, ['Tab', 'Tab', 'Return'], () => globalThis.said.length > 2)
    await until(page, () => globalThis.said.includes('waiting blocked'))
    await page.context().close()
  },
}

await run(tests)
await browser.close()
await hub.stop()
process.exit()
