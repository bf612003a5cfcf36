// SPDX-License-Identifier: GPL-3.0-or-later
// A Chromium that nobody sees, pages for it, and TAP.

import { existsSync } from 'node:fs'
import http from 'node:http'
import { once } from 'node:events'
import { chromium } from 'playwright-core'

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)

/** Starts Chromium; without one the whole test is skipped. */
export function launch(...args) {
  if (!program) {
    console.log('1..0 # SKIP chromium is not installed')
    process.exit(0)
  }
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return chromium.launch({ executablePath: program, args: [...sandbox, ...args] })
}

/** Serves the same empty page everywhere; what stands behind /headers? are headers that come with it. */
export async function servePages(server = http.createServer()) {
  server.on('request', (request, response) => {
    const headers = new URL(request.url, 'http://localhost').searchParams
    response.writeHead(200, { 'content-type': 'text/html', ...Object.fromEntries(headers) })
    response.end('<!doctype html><title>A page</title>')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server.address().port
}

/** Runs the tests, a map of names and functions, and says in TAP what came of them. */
export async function run(tests) {
  let number = 0
  console.log(`1..${Object.keys(tests).length}`)
  for (const [name, test] of Object.entries(tests)) {
    number++
    try {
      await test()
      console.log(`ok ${number} ${name}`)
    } catch (error) {
      console.log(`not ok ${number} ${name}\n# ${String(error.stack).replaceAll('\n', '\n# ')}`)
      process.exitCode = 1
    }
  }
}
