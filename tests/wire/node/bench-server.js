// SPDX-License-Identifier: GPL-3.0-or-later
// What a hub in Node.js would do: parse each message, look its target up, write it again. Prints its port.

import { WebSocketServer } from 'ws'

const byName = new Map()
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, maxPayload: 16 << 20, perMessageDeflate: false })

server.on('listening', () => console.log(server.address().port))
server.on('connection', (socket, request) => {
  const name = request.url.slice(1)
  byName.set(name, socket)
  socket.on('message', (data) => {
    const message = JSON.parse(data)
    byName.get(message.target)?.send(JSON.stringify(message))
  })
  socket.on('close', () => {
    if (byName.get(name) === socket) byName.delete(name)
  })
  socket.on('error', () => {})
})
process.stdin.on('end', () => process.exit())
process.stdin.resume()
