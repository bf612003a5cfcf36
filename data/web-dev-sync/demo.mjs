// SPDX-License-Identifier: GPL-3.0-or-later
// The demo page: all kinds of fields. What comes from outside is shown as text, never as markup.
import { auto } from './web-dev-sync.mjs'

const REASONS = {
  browser_asks: 'the browser asks whether this page may reach programs of this computer',
  app_asks: 'FlowScope asks whether this page may reach it',
  blocked: 'the browser does not let this page reach programs of this computer',
  insecure: 'the browser lets only pages with https reach programs of this computer',
  policy: 'the policy of this page does not allow it',
  refused: 'FlowScope has not been told to let this page in: see Connections there',
  absent: 'FlowScope does not run here',
  unsupported: 'FlowScope is too old',
  lost: 'it broke',
  closed: 'it was closed',
}

const byId = (id) => document.getElementById(id)
const sync = auto({ userId: 'demo' })

sync.statusChange((status, { reason, delay }) => {
  byId('status').textContent = status
  const again = delay === undefined ? '' : ` (next try in ${Math.ceil(delay / 1000)} s)`
  byId('reason').textContent = reason ? `${REASONS[reason]}${again}` : ''
})

let snippet = '{\n  "answer": 42\n}\n'
const showSnippet = () => {
  byId('snippet').textContent = snippet
}
sync.onCodeUpdate(({ code }) => {
  snippet = code
  showSnippet()
})
showSnippet()

/* Says in a place of its own what becomes of an attempt. */
const tell = async (place, attempt) => {
  try {
    await attempt()
    byId(place).textContent = 'open'
  } catch ({ code, message }) {
    byId(place).textContent = [...new Set([code ?? 'failed', message])].join(': ')
  }
}
byId('edit-snippet').onclick = () => tell('snippet-state', () => sync.editCodeSnippet('demo', snippet, 'json'))
byId('edit-password').onclick = () => tell('password-state', async () => sync.attach(byId('password')))
