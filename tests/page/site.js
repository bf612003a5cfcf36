// SPDX-License-Identifier: GPL-3.0-or-later
// A site whose pages load the library, as a script or as a module, and have fields to edit; and a hub for them.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const here = path.dirname(fileURLToPath(import.meta.url))
const TYPES = { html: 'text/html; charset=utf-8', js: 'text/javascript', mjs: 'text/javascript', css: 'text/css' }

/** Bundles a script; gives the folder that it is in, which is removed when the process ends. */
export function bundle(entry, format, ...options) {
  const folder = mkdtempSync(path.join(tmpdir(), 'flow-page-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  execFileSync('esbuild', [entry, '--bundle', `--format=${format}`, `--outfile=${path.join(folder, path.basename(entry))}`,
    '--log-level=error', '--target=es2021', '--define:process.env.NODE_ENV="production"', '--loader:.ttf=dataurl', ...options], { stdio: 'inherit' })
  return folder
}

/** The page with all fields. It says in `attached` what it has attached, and in `states` what became of that. */
function fieldsPage(library) {
  return `<!doctype html><title>All fields</title><link rel="stylesheet" href="/fields.css"><body>${library}
<script src="/fields.js"></script>`
}

/** Serves pages: / as a script, /module as a module, /plain an empty one, and whatever `pages` has for other paths. */
export async function serve(build, pages = {}) {
  const fields = bundle(path.join(here, 'fields.js'), 'iife')
  const library = path.join(build, 'src/clients/browser')
  const files = {
    '/fields.js': path.join(fields, 'fields.js'),
    '/fields.css': path.join(fields, 'fields.css'),
    '/web-dev-sync.js': path.join(library, 'web-dev-sync.js'),
    '/web-dev-sync.mjs': path.join(library, 'web-dev-sync.mjs'),
  }
  const documents = {
    '/': fieldsPage('<script src="/web-dev-sync.js"></script>'),
    '/module': fieldsPage('<script type="module">import * as library from "/web-dev-sync.mjs"; globalThis.library = library</script>'),
    '/plain': '<!doctype html><title>A page</title><script src="/web-dev-sync.js"></script>',
    ...pages,
  }
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost')
    const file = files[pathname]
    const body = file ? readFileSync(file) : documents[pathname]
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': TYPES[file ? path.extname(file).slice(1) : 'html'] })
    response.end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${server.address().port}`
}
