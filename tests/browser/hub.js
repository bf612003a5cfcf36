// SPDX-License-Identifier: GPL-3.0-or-later
// A real flowscope-hub with folders and ports of its own, and flowctl beside it.

import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import readline from 'node:readline'

export class Hub {
  /** Starts the hub of a build folder. */
  static async start(build) {
    const hub = new Hub()
    hub.top = realpathSync(mkdtempSync(path.join(tmpdir(), 'flow-browser-')))
    hub.env = { ...process.env, HOME: hub.top }
    delete hub.env.FLOWSCOPE_HUB
    for (const name of ['DATA_HOME', 'CONFIG_HOME', 'STATE_HOME', 'CACHE_HOME', 'RUNTIME_DIR']) {
      hub.env[`XDG_${name}`] = path.join(hub.top, name)
      mkdirSync(hub.env[`XDG_${name}`], { mode: 0o700 })
    }
    hub.flowctl = path.join(build, 'src/cli/flowctl')
    hub.program = path.join(build, 'src/daemon/flowscope-hub')
    await hub.run(0)
    return hub
  }

  /* Starts it on a port, 0 for a free one. */
  async run(port) {
    const free = ['web-dev-sync', 'ghosttext', 'atomic-chrome'].flatMap((name) => ['--doorway', `${name}=0`])
    this.process = spawn(this.program, ['--port', `${port}`, '--otlp-port', '0', ...free],
      { env: this.env, stdio: ['ignore', 'pipe', 'inherit'] })
    const { value } = await readline.createInterface(this.process.stdout)[Symbol.asyncIterator]().next()
    assert.match(String(value), /^ready /, 'the hub does not start')
    this.discovery = JSON.parse(readFileSync(path.join(this.env.XDG_RUNTIME_DIR, 'flowscope/hub.json'), 'utf8'))
    this.port = this.discovery.port
    this.url = `ws://127.0.0.1:${this.port}/ws`
  }

  /** Kills it, and when `gone` has happened starts it again where it was. */
  async restart(gone) {
    this.process.kill('SIGKILL')
    await once(this.process, 'exit')
    await gone()
    await this.run(this.port)
  }

  /** What flowctl prints. */
  ctl(...args) {
    return execFileSync(this.flowctl, args, { env: this.env, encoding: 'utf8' })
  }

  json(...args) {
    return JSON.parse(this.ctl(...args, '--json'))
  }

  /** What the hub remembers of an origin: "asked", "allowed", "denied", or nothing. */
  state(origin) {
    return this.json('pair', 'list').origins.find((known) => known.origin === origin)?.state
  }

  async stop() {
    this.process.kill()
    const [status] = await once(this.process, 'exit')
    rmSync(this.top, { recursive: true, force: true })
    assert.equal(status, 0)
  }
}
