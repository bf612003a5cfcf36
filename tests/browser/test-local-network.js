// SPDX-License-Identifier: GPL-3.0-or-later
// Chromium asks the user before a public page may reach 127.0.0.1 (Local Network Access); then the hub judges the page
// as any other. Arguments: the build folder. Prints TAP.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import path from 'node:path'
import { Hub } from './hub.js'
import { launch, pageScript, run, servePages } from './support.js'

const PUBLIC = '?content-security-policy=treat-as-public-address'

const hub = await Hub.start(process.argv[2])
const url = hub.url
const key = path.join(hub.top, 'key.pem')
const certificate = path.join(hub.top, 'certificate.pem')
execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days',
  '2', '-subj', '/CN=app.example', '-keyout', key, '-out', certificate], { stdio: 'ignore' })
const plain = await servePages(http.createServer())
const secure = await servePages(https.createServer({ key: readFileSync(key), cert: readFileSync(certificate) }))
// Pages are public by where they come from, or because they say so.
const browser = await launch('--host-resolver-rules=MAP *.example 127.0.0.1',
  `--ip-address-space-overrides=127.0.0.1:${secure}=public`)

/* A page, and what becomes of it when it wants to open a channel. */
async function open(address, permissions = []) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true })
  if (permissions.length) await context.grantPermissions(permissions)
  const page = await context.newPage()
  const said = []
  page.on('console', (message) => said.push(message.text()))
  await page.addInitScript({ path: pageScript })
  await page.goto(address)
  page.tries = () => page.evaluate((url) => tryToOpen(url), url)
  page.permission = () => page.evaluate(async () => (await navigator.permissions.query({ name: 'loopback-network' })).state)
  page.said = said
  return page
}

/* The hub has never heard of it: the browser stopped it before, as there is nobody here whom it could ask. */
async function assertBlocked(page, origin) {
  assert.equal(await page.permission(), 'prompt')
  assert.equal(await page.tries(), 1006)
  assert.match(page.said.join('\n'), /ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS/)
  assert.equal(await page.permission(), 'denied')
  assert.equal(hub.state(origin), undefined)
}

const tests = {
  async 'a page of this machine reaches the hub unasked'() {
    for (const host of ['127.0.0.1', 'localhost', 'local.example']) {
      const origin = `http://${host}:${plain}`
      const page = await open(`${origin}/`)
      assert.equal(await page.tries(), 1006)
      assert.equal(hub.state(origin), 'asked')
      hub.ctl('pair', 'allow', origin)
      assert.equal(await page.tries(), 'open')
    }
  },
  async 'a public page is stopped by the browser'() {
    await assertBlocked(await open(`https://stopped.example:${secure}/`), `https://stopped.example:${secure}`)
  },
  async 'a page that says it is public is stopped too'() {
    await assertBlocked(await open(`http://localhost:${plain}/${PUBLIC}`), undefined)
  },
  async 'a public page without TLS is stopped whatever the user says'() {
    const origin = `http://insecure.example:${plain}`
    const page = await open(`${origin}/${PUBLIC}`, ['local-network-access'])
    assert.equal(await page.tries(), 1006)
    assert.equal(hub.state(origin), undefined)
  },
  async 'with the user\'s permission the hub decides'() {
    const origin = `https://granted.example:${secure}`
    const page = await open(`${origin}/`, ['local-network-access'])
    assert.equal(await page.permission(), 'granted')
    assert.equal(await page.tries(), 1006)
    assert.equal(hub.state(origin), 'asked')
    hub.ctl('pair', 'allow', origin)
    assert.equal(await page.tries(), 'open')
    hub.ctl('pair', 'deny', origin)
    assert.equal(await page.tries(), 1006)
  },
  async 'what the hub allows the browser may still stop'() {
    const origin = `https://both.example:${secure}`
    hub.ctl('pair', 'allow', origin)
    const page = await open(`${origin}/`)
    assert.equal(await page.tries(), 1006)
    assert.match(page.said.join('\n'), /ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS/)
  },
  async 'a public page joins as a page, over localhost as well'() {
    const origin = `https://joined.example:${secure}`
    hub.ctl('pair', 'allow', origin)
    const page = await open(`${origin}/`, ['local-network-access'])
    for (const target of [url, url.replace('127.0.0.1', 'localhost')]) {
      assert.match(await page.evaluate(async (target) => (await join(target)).name, target), /^browser_page\//)
    }
  },
}

await run(tests)
await browser.close()
await hub.stop()
process.exit()
