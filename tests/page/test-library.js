// SPDX-License-Identifier: GPL-3.0-or-later
// The page library without a page: its size, its types, and operations on text in node. Arguments: the build folder, and
// the program esbuild. Prints TAP.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const [build, esbuild] = process.argv.slice(2)
const root = fileURLToPath(new URL('../..', import.meta.url))
const clients = path.join(root, 'src/clients')
const folder = mkdtempSync(path.join(tmpdir(), 'flow-library-'))
const LIMIT = 15000

function checkTypes(project) {
  const { status, stdout } = spawnSync(process.execPath, [path.join(root, 'tests/page/node_modules/typescript/bin/tsc'), '-p', project],
    { encoding: 'utf8' })
  assert.equal(status, 0, stdout)
}

const tests = {
  'it is small'() {
    for (const name of ['web-dev-sync.js', 'web-dev-sync.mjs']) {
      const { size } = statSync(path.join(build, 'src/clients/browser', name))
      assert.ok(size < LIMIT, `${name} has ${size} bytes`)
      console.log(`# ${name}: ${size} bytes`)
    }
  },
  'it needs nothing else'() {
    const module = readFileSync(path.join(build, 'src/clients/browser/web-dev-sync.mjs'), 'utf8')
    assert.doesNotMatch(module, /\bimport\s*[{*"'(]|\bfrom\s*["']|\brequire\(/)
  },
  'its sources have the types that they say'() {
    checkTypes(path.join(clients, 'browser'))
  },
  'its types serve a program that uses them'() {
    checkTypes(path.join(root, 'tests/page/types'))
  },
  'operations on text'() {
    const entries = readdirSync(path.join(clients, 'text/test')).filter((name) => name.endsWith('.test.ts'))
    const bundled = spawnSync(esbuild, [...entries.map((name) => path.join(clients, 'text/test', name)), '--bundle', '--platform=node',
      `--outdir=${folder}`, '--sourcemap=inline', '--log-level=error'], { stdio: 'inherit' })
    assert.equal(bundled.status, 0)
    const { status, stdout } = spawnSync(process.execPath, ['--enable-source-maps', '--test', '--test-reporter=tap', folder],
      { encoding: 'utf8', env: { ...process.env, FLOWSCOPE_SOURCE: root } })
    assert.equal(status, 0, stdout)
  },
}

console.log(`1..${Object.keys(tests).length}`)
for (const [index, [name, test]] of Object.entries(tests).entries()) {
  try {
    test()
    console.log(`ok ${index + 1} ${name}`)
  } catch (error) {
    console.log(`not ok ${index + 1} ${name}\n# ${String(error.stack).replaceAll('\n', '\n# ')}`)
  }
}
rmSync(folder, { recursive: true })
