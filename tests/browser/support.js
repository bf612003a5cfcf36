// SPDX-License-Identifier: GPL-3.0-or-later
// A Chromium that nobody sees, pages for it, and TAP.

import { existsSync } from 'node:fs'
import http from 'node:http'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)

const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []

if (!program) {
  console.log('1..0 # SKIP chromium is not installed')
  process.exit(0)
}

/** The script that gives pages their words: page.js. */
export const pageScript = fileURLToPath(new URL('page.js', import.meta.url))

/** Starts Chromium. */
export function launch(...args) {
  return chromium.launch({ executablePath: program, args: [...sandbox, ...args] })
}

/** Starts Chromium with a window. */
export function launchOnDisplay(...args) {
  return chromium.launch({ headless: false, executablePath: program, args: [...sandbox, '--no-first-run', ...args] })
}

/** Starts Chromium with the extension in a folder, and an empty profile in another. */
export function launchWithExtension(folder, profile) {
  return chromium.launchPersistentContext(profile, {
    executablePath: program,
    args: [...sandbox, '--headless=new', `--load-extension=${folder}`, `--disable-extensions-except=${folder}`,
      '--disable-features=DisableLoadExtensionCommandLineSwitch'],
    ignoreDefaultArgs: ['--disable-extensions'],
  })
}

/** Serves the same empty page everywhere; what stands behind /headers? are headers that come with it. */
export async function servePages(server = http.createServer()) {
  server.on('request', (request, response) => {
    const headers = new URL(request.url, 'http://localhost').searchParams
    response.writeHead(200, { 'content-type': 'text/html', ...Object.fromEntries(headers) })
    response.end('<!doctype html><title>A page</title>')
  })
  server.listen(0, '0.0.0.0')
  await once(server, 'listening')
  return server.address().port
}

/** How long anything may take, in milliseconds; a sanitizer makes everything slow. */
const PATIENCE = 60000

function inTime(promise) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('waited in vain')), PATIENCE)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** Runs the tests, a map of names and functions, and says in TAP what came of them. */
export async function run(tests) {
  let number = 0
  console.log(`1..${Object.keys(tests).length}`)
  for (const [name, test] of Object.entries(tests)) {
    number++
    try {
      await inTime(test())
      console.log(`ok ${number} ${name}`)
    } catch (error) {
      console.log(`not ok ${number} ${name}\n# ${String(error.stack).replaceAll('\n', '\n# ')}`)
      process.exitCode = 1
    }
  }
}
