// SPDX-License-Identifier: GPL-3.0-or-later
// What is usually built to keep devices the same: each has the whole document and sends it as JSON after every change;
// the server keeps it in a file and passes it on. Prints its port. Argument: the file.

import { open, rename } from 'node:fs/promises'
import { WebSocketServer } from 'ws'

const path = process.argv[2]
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, maxPayload: 256 << 20, perMessageDeflate: false })
let text = JSON.stringify({ records: {} })
let last = Promise.resolve()

async function keep(json) {
  const file = await open(path + '.part', 'w')
  await file.writeFile(json)
  await file.datasync()
  await file.close()
  await rename(path + '.part', path)
}

async function take(socket, data) {
  const document = JSON.parse(data)
  text = JSON.stringify(document)
  await keep(text)
  for (const other of server.clients) if (other !== socket && other.readyState === other.OPEN) other.send(text)
  socket.send('{"type":"saved"}')
}

server.on('listening', () => console.log(server.address().port))
server.on('connection', (socket) => {
  socket.on('message', (data) => {
    last = last.then(() => take(socket, data))
  })
  socket.on('error', () => {})
})
process.stdin.on('end', () => process.exit())
process.stdin.resume()
