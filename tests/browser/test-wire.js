// SPDX-License-Identifier: GPL-3.0-or-later
// The wire as Chromium sees it. Arguments: the program that is the server. Prints TAP.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { launch, run, servePages } from './support.js'

const browser = await launch()
// Pings that come as often as a test can wait for one.
const server = spawn(process.argv[2], ['echo', '3000'], { stdio: ['pipe', 'pipe', 'inherit'] })
const port = Number(String((await once(server.stdout, 'data'))[0]))
const page = await browser.newPage()
await page.goto(`http://127.0.0.1:${await servePages()}/`)

// What all cases use; `received` waits for the next message, `ended` for how the connection ends.
await page.evaluate((url) => {
  globalThis.open = (protocols) => new Promise((resolve, reject) => {
    const socket = new WebSocket(url, protocols ?? [])
    const messages = []
    const waiting = []
    socket.binaryType = 'arraybuffer'
    socket.received = () => messages.length ? Promise.resolve(messages.shift()) : new Promise((f) => waiting.push(f))
    socket.ended = new Promise((f) => {
      socket.onclose = ({ code, reason, wasClean }) => {
        f({ code, reason, wasClean })
        reject(new Error(`closed ${code}`))
      }
    })
    socket.onmessage = ({ data }) => waiting.length ? waiting.shift()(data) : messages.push(data)
    socket.onopen = () => resolve(socket)
  })
  open().then((socket) => {
    globalThis.quiet = socket
    socket.send('pongs')
  })
}, `ws://127.0.0.1:${port}/`)

const tests = {
  async 'echo of all lengths'() {
    const wrong = await page.evaluate(async () => {
      const socket = await open()
      const wrong = []
      for (const length of [0, 1, 7, 125, 126, 127, 128, 16383, 16384, 65535, 65536, 65537, 1 << 20, 16 << 20]) {
        const text = 'x'.repeat(length)
        socket.send(text)
        if (await socket.received() !== text) wrong.push(`text ${length}`)
        const bytes = new Uint8Array(length).fill(0xfe)
        socket.send(bytes)
        const got = new Uint8Array(await socket.received())
        if (got.length !== length || got.some((byte) => byte !== 0xfe)) wrong.push(`bytes ${length}`)
      }
      socket.close()
      return wrong
    })
    assert.deepEqual(wrong, [])
  },
  async 'no extension is agreed on'() {
    assert.equal(await page.evaluate(async () => (await open()).extensions), '')
  },
  async 'a protocol that nobody speaks is not agreed on'() {
    const said = await page.evaluate(() => open(['strange']).then(() => 'open', (error) => error.message))
    assert.equal(said, 'closed 1006')
  },
  async 'text of all planes'() {
    assert.ok(await page.evaluate(async () => {
      const socket = await open()
      const text = 'aé日😀\u0000\u07ff\uffff\u{10ffff}'.repeat(50000)
      socket.send(text)
      return await socket.received() === text
    }))
  },
  async 'order of many'() {
    const got = await page.evaluate(async () => {
      const socket = await open()
      for (let i = 0; i < 5000; i++) socket.send(`${i} ${'x'.repeat(i % 300)}`)
      const got = []
      while (got.length < 5000) got.push(parseInt(await socket.received(), 10))
      return got
    })
    assert.deepEqual(got, [...Array(5000).keys()])
  },
  async 'close codes'() {
    const ends = await page.evaluate(async () => {
      const ends = []
      for (const code of [1000, 3000, 4000, 4999, undefined]) {
        const socket = await open()
        if (code) socket.close(code, 'why 😀')
        else socket.close()
        ends.push(await socket.ended)
      }
      return ends
    })
    assert.deepEqual(ends, [
      ...[1000, 3000, 4000, 4999].map((code) => ({ code, reason: '', wasClean: true })),
      { code: 1005, reason: '', wasClean: true },
    ])
  },
  async 'closed by the wire'() {
    const end = await page.evaluate(async () => {
      const socket = await open()
      socket.send('close')
      return socket.ended
    })
    assert.deepEqual(end, { code: 4000, reason: 'as you wish', wasClean: true })
  },
  async 'too long'() {
    const end = await page.evaluate(async () => {
      const socket = await open()
      socket.send(new Uint8Array((16 << 20) + 1))
      return socket.ended
    })
    assert.equal(end.code, 1009)
  },
  async 'many at once'() {
    const codes = await page.evaluate(async () => {
      const sockets = await Promise.all(Array.from({ length: 100 }, () => open()))
      return Promise.all(sockets.map(async (socket, i) => {
        socket.send(`I am ${i}`)
        const same = await socket.received() === `I am ${i}`
        socket.close(1000)
        return same && (await socket.ended).code
      }))
    })
    assert.deepEqual(codes, Array(100).fill(1000))
  },
  async 'pings are answered'() {
    const got = await page.evaluate(async () => {
      const first = await quiet.received()
      quiet.send('still here')
      for (;;) {
        const got = await quiet.received()
        if (got !== 'pong') return [first, got]
      }
    })
    assert.deepEqual(got, ['pong', 'still here'])
  },
}

await run(tests)
server.stdin.end()
await browser.close()
process.exit()
