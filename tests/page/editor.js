// SPDX-License-Identifier: GPL-3.0-or-later
// An editor of the tests: a channel of the hub that takes texts to edit, by operations.

import { once } from 'node:events'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { WebSocket } from 'ws'
import { bundle } from './site.js'

const source = fileURLToPath(new URL('../../src/clients/text/client.ts', import.meta.url))
const { TextClient } = createRequire(import.meta.url)(path.join(bundle(source, 'cjs', '--platform=node', '--out-extension:.js=.cjs'), 'client.ts'))

/** One text that is open in the editor. */
class Document {
  constructor(editor, { editId, client, revision, text, ...about }) {
    Object.assign(this, { editor, editId, client, about, closed: false })
    this.text = new TextClient(text, {
      send: (pending) => this.editor.send('edit_update', { editId, client, ...pending }),
      changed: () => this.editor.changed(),
    })
    this.text.join()
    this.text.receive({ revision, text })
  }

  get content() {
    return this.text.text
  }

  /** The user types: the text becomes another. */
  write(text) {
    this.text.replace(text)
  }

  save() {
    this.editor.send('edit_saved', { editId: this.editId, client: this.client })
  }

  close(end = false) {
    this.editor.send('edit_closed', { editId: this.editId, client: this.client, end })
  }
}

export class Editor {
  documents = []
  errors = []
  #waiting = []
  #sent = 0

  /** Connects to a hub. */
  static async connect(hub) {
    const editor = new Editor()
    editor.socket = new WebSocket(hub.url, { headers: { authorization: `Bearer ${hub.discovery.token}` } })
    editor.socket.on('message', (data) => editor.#receive(JSON.parse(data)))
    await once(editor.socket, 'open')
    editor.send('hello', { client: 'Test editor', version: '1', kind: 'editor', instance: 'test', capabilities: ['edit'], workspaces: [], focused: true })
    await editor.until(() => editor.welcome)
    return editor
  }

  send(type, data, more) {
    this.#sent += 1
    this.socket.send(JSON.stringify({ id: `m${this.#sent}`, type, source: this.welcome?.channel, data, ...more }))
  }

  #receive({ type, id, data }) {
    const document = this.documents.find((one) => one.client === data?.client || one.editId === data?.editId)
    if (type === 'welcome') this.welcome = data
    else if (type === 'ping') this.send('pong', data, { reply_to: id })
    else if (type === 'edit_request') this.#open(id, data)
    else if (type === 'edit_update' && document && !document.text.receive(data)) this.errors.push('a revision is missing')
    else if (type === 'edit_closed' && document) document.closed = true
    else if (type === 'edit_saved' && document) document.saved = data.revision
    else if (type === 'error') this.errors.push(data)
    this.changed()
  }

  #open(id, data) {
    let document = this.documents.find((one) => one.client === data.client)
    if (!document) {
      document = new Document(this, data)
      this.documents.push(document)
    }
    document.asked = (document.asked ?? 0) + 1
    this.send('edit_update', { editId: data.editId, client: data.client, revision: data.revision, state: 'open' }, { reply_to: id })
  }

  changed() {
    this.#waiting = this.#waiting.filter(({ condition, resolve }) => {
      const found = condition()
      if (found) resolve(found)
      return !found
    })
  }

  /** Waits until something is there, and gives it. */
  until(condition) {
    const found = condition()
    return found ? Promise.resolve(found) : new Promise((resolve) => this.#waiting.push({ condition, resolve }))
  }

  /** Go on with what was open in an editor that is gone. */
  resume(document) {
    const { editId, client } = document
    const { text, revision, pending } = document.text.join()
    document.editor = this
    this.documents.push(document)
    this.send('edit_request', { client, text, resume: { editId, revision, pending } })
    return this.until(() => document.text.isSettled)
  }

  /** The open document of this title, as soon as there is one. */
  open(title) {
    return this.until(() => this.documents.find((one) => !one.closed && one.about.title === title))
  }

  close() {
    this.socket.terminate()
  }
}
