// SPDX-License-Identifier: GPL-3.0-or-later
// How a page finds the hub, what it says while somebody is asked, and how it comes back. Arguments: the build folder.
// Prints TAP.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import https from 'node:https'
import path from 'node:path'
import { WebSocketServer } from 'ws'
import { Hub } from '../browser/hub.js'
import { launch, run } from '../browser/support.js'
import { until } from './place.js'
import { serve } from './site.js'

const build = process.argv[2]
const hub = await Hub.start(build)
const url = `ws://127.0.0.1:${hub.port}/web-dev-sync/ws`
const POLICY = '<meta http-equiv="content-security-policy" content="connect-src \'self\'">'
const site = await serve(build, {
  '/policy': `<!doctype html>${POLICY}<title>Strict</title><script src="/web-dev-sync.js"></script>`,
  '/library': `<!doctype html><title>From the hub</title><script src="http://127.0.0.1:${hub.port}/web-dev-sync/web-dev-sync.js"></script>`,
})
const key = path.join(hub.top, 'key.pem')
const certificate = path.join(hub.top, 'certificate.pem')
execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days',
  '2', '-subj', '/CN=app.example', '-keyout', key, '-out', certificate], { stdio: 'ignore' })
const script = readFileSync(path.join(build, 'src/clients/browser/web-dev-sync.js'))
const secure = https.createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (request, response) => {
  const isScript = request.url === '/web-dev-sync.js'
  response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' })
  response.end(isScript ? script : '<!doctype html><title>Public</title><script src="/web-dev-sync.js"></script>')
})
secure.listen(0, '127.0.0.1')
await once(secure, 'listening')
const browser = await launch('--host-resolver-rules=MAP *.example 127.0.0.1',
  `--ip-address-space-overrides=127.0.0.1:${secure.address().port}=public`)

async function open(address, context = browser) {
  const page = await context.newPage()
  await page.goto(address)
  await page.evaluate(() => {
    globalThis.said = []
    globalThis.begin = (options) => {
      globalThis.sync = new WebDevSync(options)
      sync.statusChange((status, { reason }) => said.push(reason ? `${status} ${reason}` : status))
      globalThis.connected = sync.connect()
    }
  })
  return page
}

const said = (page, status) => until(page, ([status]) => globalThis.said.includes(status), status)

/* A hub that does what a test tells it to. */
async function fakeHub(behave, port = 0) {
  const server = new WebSocketServer({ host: '127.0.0.1', port })
  server.on('connection', (socket) => {
    socket.on('message', (data) => behave(socket, JSON.parse(data)))
  })
  await once(server, 'listening')
  return { server, url: `ws://127.0.0.1:${server.address().port}/web-dev-sync/ws` }
}

const acknowledge = (socket, { type }, protocol = 2) => type === 'browser_connect' &&
  socket.send(JSON.stringify({ type: 'connection_ack', connectionId: 'c1', payload: { status: 'connected', protocol } }))

const tests = {
  async 'no socket before it is wanted'() {
    const page = await open(`${site}/plain`)
    const sockets = []
    page.on('websocket', (socket) => sockets.push(socket.url()))
    assert.equal(await page.evaluate((url) => new WebDevSync({ url }).isConnected(), url), false)
    assert.deepEqual(sockets, [])
    await page.close()
  },
  async 'the hub has not allowed the page, then it has'() {
    const page = await open(`${site}/plain`)
    await page.evaluate((url) => begin({ url }), url)
    await said(page, 'waiting refused')
    assert.equal(hub.state(site), 'asked')
    hub.ctl('pair', 'allow', site)
    await page.evaluate(() => sync.connect())
    assert.equal(await page.evaluate(() => globalThis.connected), true)
    assert.deepEqual(await page.evaluate(() => [sync.isConnected(), globalThis.said.at(-1)]), [true, 'connected'])
    await page.evaluate(() => sync.disconnect())
    assert.deepEqual(await page.evaluate(() => [sync.isConnected(), globalThis.said.at(-1)]), [false, 'disconnected closed'])
    await page.close()
  },
  async 'the library knows the hub that it came from'() {
    const page = await open(`${site}/library`)
    await page.evaluate(() => begin({}))
    await said(page, 'connected')
    await page.close()
  },
  async 'the demo page'() {
    const page = await browser.newPage()
    const thrown = []
    page.on('console', (message) => message.type() === 'error' && thrown.push(message.text()))
    page.on('pageerror', (error) => thrown.push(error.message))
    await page.goto(`http://127.0.0.1:${hub.port}/web-dev-sync/demo`)
    await page.click('#edit-password')
    await until(page, () => document.querySelector('#password-state').textContent.startsWith('NOT_EDITABLE'))
    await page.click('button[data-textarea-id=note]')
    await until(page, () => document.querySelector('#status').textContent === 'connected')
    await until(page, () => document.querySelector('button[data-textarea-id=note]').dataset.state !== undefined)
    assert.deepEqual(thrown, [])
    await page.close()
  },
  async 'nobody is there'() {
    const { server, url } = await fakeHub(() => undefined)
    server.close()
    await once(server, 'close')
    const page = await open(`${site}/plain`)
    const told = await page.evaluate(async (url) => {
      const told = []
      begin({ url, maxRetries: 2, onRetryAttempt: (attempt, delay) => told.push(attempt, delay >= 1000 && delay <= 4000),
        onMaxRetriesExceeded: () => told.push('given up') })
      return [await globalThis.connected, ...told]
    }, url)
    assert.deepEqual(told, [false, 1, true, 2, true, 'given up'])
    assert.equal(await page.evaluate(() => globalThis.said.at(-1)), 'disconnected absent')
    await page.close()
  },
  async 'it comes back'() {
    const connections = []
    const fake = await fakeHub((socket, message) => {
      connections.push(message.type)
      acknowledge(socket, message)
    })
    const page = await open(`${site}/plain`)
    await page.evaluate((url) => begin({ url, onConnectionRestored: () => said.push('restored') }), fake.url)
    await said(page, 'connected')
    fake.server.clients.forEach((socket) => socket.terminate())
    await said(page, 'waiting lost')
    await said(page, 'restored')
    assert.deepEqual(connections, ['browser_connect', 'browser_connect'])
    fake.server.clients.forEach((socket) => socket.close(4403))
    await said(page, 'disconnected refused')
    fake.server.close()
    await page.close()
  },
  async 'a hub that is too old'() {
    const fake = await fakeHub((socket, message) => acknowledge(socket, message, 1))
    const page = await open(`${site}/plain`)
    await page.evaluate((url) => begin({ url }), fake.url)
    await said(page, 'disconnected unsupported')
    assert.equal(await page.evaluate(() => globalThis.connected), false)
    fake.server.close()
    await page.close()
  },
  async 'the policy of the page'() {
    const page = await open(`${site}/policy`)
    await page.evaluate((url) => begin({ url }), url)
    await said(page, 'waiting policy')
    await page.close()
  },
  async 'without a browser that asks, a public page is blocked'() {
    const context = await browser.newContext({ ignoreHTTPSErrors: true })
    const page = await open(`https://public.example:${secure.address().port}/`, context)
    await page.evaluate((url) => begin({ url }), url)
    await said(page, 'waiting blocked')
    await context.grantPermissions(['local-network-access'])
    hub.ctl('pair', 'allow', `https://public.example:${secure.address().port}`)
    await page.evaluate(() => sync.connect())
    await said(page, 'connected')
    await context.close()
  },
}

await run(tests)
await browser.close()
await hub.stop()
process.exit()
