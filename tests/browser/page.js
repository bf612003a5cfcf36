// SPDX-License-Identifier: GPL-3.0-or-later
// What pages of the tests do, loaded into each of them.

/* Opens a WebSocket. `came` waits for the next message that is no ping, `ended` for the code with which it ends. */
globalThis.connect = (url) => {
  const socket = new WebSocket(url)
  const messages = []
  const waiting = []
  const opened = new Promise((resolve) => {
    socket.onopen = () => resolve(true)
    socket.onerror = () => resolve(false)
  })
  const ended = new Promise((resolve) => {
    socket.onclose = ({ code }) => resolve(code)
  })
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data)
    if (message.type === 'ping') return
    if (waiting.length) waiting.shift()(message)
    else messages.push(message)
  }
  let sent = 0
  return {
    opened,
    ended,
    socket,
    came: () => messages.length ? Promise.resolve(messages.shift()) : new Promise((resolve) => waiting.push(resolve)),
    send: (type, data, more) => socket.send(JSON.stringify({ id: `m${++sent}`, type, data, ...more })),
  }
}

/* Whether a page may open it: "open", or the code with which it was closed. */
globalThis.tryToOpen = async (url) => {
  const connection = connect(url)
  if (!await connection.opened) return connection.ended
  connection.socket.close()
  return 'open'
}

/* Joins as the kind that pages are; gives the connection and its welcome. */
globalThis.join = async (url, data) => {
  const connection = connect(url)
  if (!await connection.opened) throw new Error(`closed ${await connection.ended}`)
  connection.send('hello', { client: 'a page', version: '1', kind: 'browser_page', capabilities: [], ...data })
  const welcome = await connection.came()
  return { ...connection, welcome, name: welcome.data.channel }
}

/* What becomes of a request: its status, "opaque" when it may not be read, "failed". */
globalThis.ask = async (url, options) => {
  try {
    const answer = await fetch(url, options)
    return answer.type === 'opaque' ? 'opaque' : answer.status
  } catch {
    return 'failed'
  }
}
