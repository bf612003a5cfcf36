// SPDX-License-Identifier: GPL-3.0-or-later
// What web pages and extensions in a real Chromium get from a real hub. Arguments: the build folder. Prints TAP.

import assert from 'node:assert/strict'
import { cpSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Hub } from './hub.js'
import { launch, launchWithExtension, pageScript, run, servePages } from './support.js'

const hub = await Hub.start(process.argv[2])
const browser = await launch('--host-resolver-rules=MAP *.example 127.0.0.1')
const pages = await servePages()
const url = hub.url

/* A page of an origin, by name. */
async function open(host) {
  const page = await (await browser.newContext()).newPage()
  await page.addInitScript({ path: pageScript })
  await page.goto(`http://${host}:${pages}/`)
  page.origin = `http://${host}:${pages}`
  page.tries = (target) => page.evaluate((target) => tryToOpen(target), target)
  return page
}

/* A page whose origin the user has allowed. */
async function openAllowed(host) {
  const page = await open(host)
  hub.ctl('pair', 'allow', page.origin)
  return page
}

const tests = {
  async origin_page_refused_before_upgrade() {
    for (const host of ['app.example', 'localhost', '127.0.0.1']) {
      const page = await open(host)
      assert.equal(await page.tries(url), 1006)
      assert.equal(await page.tries(url), 1006)
      assert.equal(hub.state(page.origin), 'asked')
    }
  },
  async origin_ip_literal_refused() {
    const page = await open('127.0.0.2')
    assert.equal(await page.tries(url), 1006)
    assert.equal(hub.state(page.origin), 'asked')
  },
  async origin_null_refused() {
    const page = await openAllowed('frames.example')
    const code = await page.evaluate(({ url, script }) => new Promise((resolve) => {
      const frame = document.createElement('iframe')
      frame.sandbox = 'allow-scripts'
      frame.srcdoc = `<script>${script}; tryToOpen('${url}').then((said) => parent.postMessage(said, '*'))</script>`
      addEventListener('message', ({ data }) => resolve(data))
      document.body.append(frame)
    }), { url, script: readFileSync(pageScript, 'utf8') })
    assert.equal(code, 1006)
    assert.equal(await page.tries(url), 'open')
    assert.equal(hub.state('null'), undefined)
  },
  async host_rebind_421() {
    const page = await open('rebind.example')
    const answer = await page.goto(`http://rebind.example:${hub.port}/`)
    assert.equal(answer.status(), 421)
    // To the browser that page and the hub are one origin.
    assert.equal(await page.evaluate(() => ask('/healthz')), 421)
    assert.equal(await page.evaluate(() => ask('/control/status', { method: 'POST', body: '{}' })), 421)
    assert.equal(await page.tries(`ws://rebind.example:${hub.port}/ws`), 1006)
    assert.equal(hub.state(`http://rebind.example:${hub.port}`), undefined)
  },
  async host_0000_refused() {
    const page = await openAllowed('zero.example')
    assert.equal(await page.tries(`ws://0.0.0.0:${hub.port}/ws`), 1006)
    assert.equal(await page.tries(url), 'open')
  },
  async pages_read_and_change_nothing() {
    const page = await open('reader.example')
    const http = `http://127.0.0.1:${hub.port}`
    const before = hub.json('pair', 'list').requests.length
    assert.equal(await page.evaluate((http) => ask(`${http}/healthz`), http), 'failed')
    assert.equal(await page.evaluate((http) => ask(`${http}/control/status`, { method: 'POST' }), http), 'failed')
    const pair = { method: 'POST', mode: 'no-cors', body: '{"name":"me","kind":"editor"}' }
    assert.equal(await page.evaluate(([http, pair]) => ask(`${http}/pair`, pair), [http, pair]), 'opaque')
    assert.equal(hub.json('pair', 'list').requests.length, before)
    const answer = await page.goto(`${http}/control/status`)
    assert.notEqual(answer.status(), 200)
  },
  async bruteforce_slows_nobody_else() {
    const page = await open('guesser.example')
    const codes = await page.evaluate((url) => Promise.all(Array.from({ length: 8 }, () => tryToOpen(url))), url)
    assert.deepEqual(codes, Array(8).fill(1006))
    const other = await openAllowed('patient.example')
    assert.equal(await other.tries(url), 'open')
    assert.ok(hub.json('pair', 'list').origins.length > 0)
  },
  async page_is_a_page() {
    const page = await openAllowed('member.example')
    const said = await page.evaluate(async (url) => {
      const { welcome, name, send, came } = await join(url)
      const errors = []
      send('jump_to_code', { file: '/etc/passwd', line: 1 }, { source: name, target: 'editor' })
      errors.push((await came()).data.code)
      send('ping', { pingTime: 1 }, { source: 'editor/other' })
      errors.push((await came()).data.code)
      send('ping', { pingTime: 1 }, { source: name })
      const pong = await came()
      return { welcome: welcome.data, name, errors, pong: pong.type }
    }, url)
    assert.match(said.name, /^browser_page\/[A-Za-z0-9._-]{1,64}$/)
    assert.deepEqual(said.welcome.presence, [])
    assert.deepEqual(said.errors, ['forbidden', 'bad_source'])
    assert.equal(said.pong, 'pong')
  },
  async page_is_no_editor() {
    const page = await openAllowed('imposter.example')
    const said = await page.evaluate(async (url) => {
      const connection = connect(url)
      await connection.opened
      connection.send('hello', { client: 'x', version: '1', kind: 'vscode_extension', capabilities: [], workspaces: ['/'] })
      return (await connection.came()).data.code
    }, url)
    assert.equal(said, 'forbidden')
    assert.deepEqual(hub.json('channels').channels.filter(({ kind }) => kind === 'vscode_extension'), [])
  },
  async denied_while_open_is_closed() {
    const page = await openAllowed('banned.example')
    await page.evaluate(async (url) => {
      globalThis.mine = await join(url)
    }, url)
    hub.ctl('pair', 'deny', page.origin)
    assert.equal(await page.evaluate(() => mine.ended), 4403)
    assert.equal(await page.tries(url), 1006)
    assert.equal(hub.state(page.origin), 'denied')
    hub.ctl('pair', 'forget', page.origin)
    assert.equal(hub.state(page.origin), undefined)
  },
  async frame_200k_single_ok() {
    const page = await openAllowed('large.example')
    const type = await page.evaluate(async (url) => {
      const { name, send, came } = await join(url)
      send('ping', { pingTime: 1 }, { source: name, metadata: { text: 'x'.repeat(200 * 1024) } })
      return (await came()).type
    }, url)
    assert.equal(type, 'pong')
  },
  async over_cap_closed_1009() {
    const page = await openAllowed('huge.example')
    const code = await page.evaluate(async (url) => {
      const { socket, ended } = await join(url)
      socket.send('x'.repeat((16 << 20) + 1))
      return ended
    }, url)
    assert.equal(code, 1009)
  },
  async ext_new_id_asks_and_opens_when_allowed() {
    const folder = path.join(hub.top, 'extension')
    cpSync(fileURLToPath(new URL('extension', import.meta.url)), folder, { recursive: true })
    cpSync(pageScript, path.join(folder, 'page.js'))
    const context = await launchWithExtension(folder, path.join(hub.top, 'profile'))
    const worker = context.serviceWorkers()[0] ?? await context.waitForEvent('serviceworker')
    const [origin] = /^chrome-extension:\/\/[a-p]{32}/.exec(worker.url())
    const tries = () => worker.evaluate((url) => tryToOpen(url), url)
    assert.equal(await tries(), 1006)
    assert.equal(hub.state(origin), 'asked')
    hub.ctl('pair', 'allow', origin)
    assert.equal(await tries(), 'open')
    hub.ctl('pair', 'deny', origin)
    assert.equal(await tries(), 1006)
    await context.close()
  },
}

await run(tests)
await browser.close()
await hub.stop()
process.exit()
