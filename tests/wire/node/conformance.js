// SPDX-License-Identifier: GPL-3.0-or-later
// The wire as the ws package sees it. Arguments: the program that is the server. Prints TAP.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import WebSocket from 'ws'

const server = spawn(process.argv[2], ['echo'], { stdio: ['pipe', 'pipe', 'inherit'] })
const port = Number(String((await once(server.stdout, 'data'))[0]))
const url = `ws://127.0.0.1:${port}/`

async function open(options) {
  const socket = new WebSocket(url, { maxPayload: 0, ...options })
  socket.replies = []
  socket.waiting = []
  socket.on('message', (data, binary) => {
    const reply = { data, binary }
    if (socket.waiting.length) socket.waiting.shift()(reply)
    else socket.replies.push(reply)
  })
  await once(socket, 'open')
  return socket
}

function reply(socket) {
  if (socket.replies.length) return Promise.resolve(socket.replies.shift())
  return new Promise((resolve) => socket.waiting.push(resolve))
}

async function close(socket, code, reason) {
  const closed = once(socket, 'close')
  socket.close(code, reason)
  const [gotCode, gotReason] = await closed
  return { code: gotCode, reason: String(gotReason) }
}

async function expectEcho(socket, data, options) {
  socket.send(data, options)
  const got = await reply(socket)
  assert.equal(got.binary, typeof data !== 'string')
  assert.ok(Buffer.from(data).equals(got.data), `${data.length} bytes came back as ${got.data.length}`)
}

const tests = {
  async 'echo of all lengths'() {
    const socket = await open()
    for (const length of [0, 1, 7, 125, 126, 127, 128, 16383, 16384, 65535, 65536, 65537, 1 << 20, 16 << 20]) {
      await expectEcho(socket, 'x'.repeat(length))
      await expectEcho(socket, Buffer.alloc(length, 0xfe))
    }
    assert.equal((await close(socket, 1000)).code, 1000)
  },
  async 'no extension is agreed on'() {
    const socket = await open({ perMessageDeflate: true })
    assert.equal(socket.extensions, '')
    await expectEcho(socket, 'plain')
    socket.terminate()
  },
  async 'text of all planes'() {
    const socket = await open()
    await expectEcho(socket, 'aé日😀\u0000\u07ff\uffff\u{10ffff}'.repeat(5000))
    socket.terminate()
  },
  async 'fragments with pings between'() {
    const socket = await open()
    const pongs = []
    socket.on('pong', (data) => pongs.push(String(data)))
    const bytes = Buffer.from('日本語😀'.repeat(3))
    for (let i = 0; i < bytes.length; i++) {
      socket.send(bytes.subarray(i, i + 1), { binary: false, fin: i === bytes.length - 1 })
      socket.ping(`ping ${i}`)
    }
    const got = await reply(socket)
    assert.equal(got.binary, false)
    assert.ok(bytes.equals(got.data))
    while (pongs.length < bytes.length) await once(socket, 'pong')
    assert.deepEqual(pongs, [...bytes.keys()].map((i) => `ping ${i}`))
    socket.terminate()
  },
  async 'order of many'() {
    const socket = await open()
    for (let i = 0; i < 5000; i++) socket.send(`${i} ${'x'.repeat(i % 300)}`)
    for (let i = 0; i < 5000; i++) assert.equal(parseInt(String((await reply(socket)).data), 10), i)
    socket.terminate()
  },
  async 'close codes'() {
    for (const code of [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4000, 4999]) {
      assert.equal((await close(await open(), code, 'why')).code, code)
    }
    assert.equal((await close(await open())).code, 1005)
  },
  async 'closed by the wire'() {
    const socket = await open()
    const closed = once(socket, 'close')
    socket.send('close')
    const [code, reason] = await closed
    assert.deepEqual([code, String(reason)], [4000, 'as you wish'])
  },
  async 'too long'() {
    const socket = await open()
    const closed = once(socket, 'close')
    socket.on('error', () => {})
    socket.send(Buffer.alloc((16 << 20) + 1))
    assert.equal((await closed)[0], 1009)
  },
  async 'not UTF-8, split over fragments'() {
    const socket = await open()
    const closed = once(socket, 'close')
    socket.send(Buffer.from([0xf0, 0x9f]), { binary: false, fin: false })
    socket.send(Buffer.from([0x41]), { binary: false, fin: true })
    assert.equal((await closed)[0], 1007)
  },
  async 'reserved bit'() {
    const socket = await open()
    const closed = once(socket, 'close')
    socket._socket.write(Buffer.from([0xc1, 0x80, 0, 0, 0, 0]))
    assert.equal((await closed)[0], 1002)
  },
  async 'not masked'() {
    const socket = await open()
    const closed = once(socket, 'close')
    socket.send('x', { mask: false })
    assert.equal((await closed)[0], 1002)
  },
  async 'many at once'() {
    const sockets = await Promise.all(Array.from({ length: 200 }, () => open()))
    await Promise.all(sockets.map((socket, i) => expectEcho(socket, `I am ${i}`)))
    const codes = await Promise.all(sockets.map((socket) => close(socket, 1000)))
    assert.ok(codes.every(({ code }) => code === 1000))
  },
  async 'reserved opcodes'() {
    for (const opcode of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) {
      const socket = await open()
      const closed = once(socket, 'close')
      socket._socket.write(Buffer.from([0x80 | opcode, 0x80, 0, 0, 0, 0]))
      assert.equal((await closed)[0], 1002)
    }
  },
  async 'control frames that are no control frames'() {
    for (const frame of [[0x09, 0x80, 0, 0, 0, 0], [0x89, 0xfe, 0, 126, 0, 0, 0, 0], [0x88, 0x81, 0, 0, 0, 0, 3],
      [0x80, 0x80, 0, 0, 0, 0]]) {
      const socket = await open()
      const closed = once(socket, 'close')
      socket._socket.write(Buffer.from(frame))
      assert.equal((await closed)[0], 1002)
    }
  },
  async 'other versions are told which'() {
    const socket = net.connect(port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 8\r\n\r\n')
    const answer = String((await once(socket, 'data'))[0])
    assert.match(answer, /^HTTP\/1\.1 426 [^]*\r\nSec-WebSocket-Version: 13\r\n/)
    socket.destroy()
  },
}

console.log(`1..${Object.keys(tests).length}`)
let number = 0
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
server.stdin.end()
