// SPDX-License-Identifier: GPL-3.0-or-later
// Every kind of field of a page, in real Chromium, edited live by an editor of the hub. Arguments: the build folder.
// Prints TAP.

import assert from 'node:assert/strict'
import { run } from '../browser/support.js'
import { Place, until } from './place.js'

const KINDS = ['textarea', 'input', 'contenteditable', 'plain', 'react', 'codemirror5', 'codemirror6', 'monaco', 'ace']

const place = await Place.start(process.argv[2])
const { editor } = place
const page = await place.open()
await page.evaluate(() => begin())

const shown = (name) => page.evaluate((name) => fields[name].text().replaceAll('\r\n', '\n'), name)

const shows = (name, text) => until(page, ([name, text]) => fields[name].text().replaceAll('\r\n', '\n') === text, name, text)

async function typeInto(name, text) {
  await page.click(await page.evaluate((name) => fields[name].click, name))
  await page.keyboard.press('Control+End')
  await page.keyboard.type(text)
}

/* Attach a field; gives what the editor has of it. */
async function open(name) {
  await page.evaluate((name) => attach(name, document.querySelector(fields[name].attach)).edit(), name)
  return editor.open(name)
}

async function agree(name, document) {
  await editor.until(() => document.text.isSettled)
  await shows(name, document.content)
}

const tests = Object.fromEntries(KINDS.map((name) => [`${name} is edited both ways`, async () => {
  const before = await shown(name)
  const document = await open(name)
  assert.equal(document.content, before)
  assert.equal(await page.evaluate((name) => attached[name].state, name), 'open')

  document.write(before.replace('line', '<b>&amp; 👩‍💻  é'))
  await agree(name, document)
  assert.ok((await shown(name)).includes('<b>&amp; 👩‍💻'))

  await typeInto(name, 'typed 😀')
  await editor.until(() => document.content.includes('typed 😀'))
  await agree(name, document)

  // Each keystroke of both, at once.
  for (const [index, character] of [...'editor'].entries()) {
    const typed = page.keyboard.type('page'[index] ?? '!')
    document.write(`${character}${document.content}`)
    await typed
  }
  await editor.until(() => document.content.includes('page!!'))
  await agree(name, document)
  assert.ok(document.content.startsWith('rotide'), document.content)

  if (name !== 'input') {
    document.write(document.content.replaceAll('\n', '\n\n'))
    await agree(name, document)
    document.write(document.content.replaceAll(/\n+/g, ' '))
    await agree(name, document)
  }
  document.write('')
  await agree(name, document)
  document.write('all 😀 anew')
  await agree(name, document)
  assert.deepEqual(editor.errors, [])
  assert.deepEqual(page.thrown, [])
}]))

Object.assign(tests, {
  async react_controlled_accepts() {
    const document = await editor.open('react')
    document.write('what React has')
    await until(page, () => reactText === 'what React has' && window.document.querySelector('#react').value === reactText)
    // It would be taken back when React renders anew.
    await typeInto('react', '!')
    await until(page, () => reactText === 'what React has!')
    await agree('react', document)
  },
  async 'bold stays bold'() {
    const document = await editor.open('contenteditable')
    await page.evaluate(() => {
      window.document.querySelector('#contenteditable').innerHTML = 'plain <b>bold</b> plain<div>next</div>'
    })
    await editor.until(() => document.content === 'plain bold plain\nnext')
    for (const text of ['plain bolder plain\nnext', 'plain bolder plain\nmore\nnext']) {
      document.write(text)
      await agree('contenteditable', document)
    }
    assert.equal(await page.evaluate(() => window.document.querySelector('#contenteditable b').textContent), 'bolder')
  },
  async 'the caret stays where it is'() {
    const document = await editor.open('textarea')
    document.write('abc')
    await agree('textarea', document)
    await page.evaluate(() => {
      window.document.querySelector('#textarea').focus()
      window.document.querySelector('#textarea').setSelectionRange(1, 2)
    })
    document.write('0abc')
    await agree('textarea', document)
    document.write('0abc9')
    await agree('textarea', document)
    assert.deepEqual(await page.evaluate(() => {
      const { selectionStart, selectionEnd } = window.document.querySelector('#textarea')
      return [selectionStart, selectionEnd]
    }), [2, 3])
  },
  async 'what a script of the page writes is sent'() {
    const document = await editor.open('textarea')
    await page.evaluate(() => {
      window.document.querySelector('#textarea').value = 'by a script'
    })
    await editor.until(() => document.content === 'by a script')
  },
  async 'saved in the editor'() {
    const document = await editor.open('textarea')
    await page.evaluate(() => {
      window.document.querySelector('#textarea').addEventListener('change', () => {
        globalThis.changes = (globalThis.changes ?? 0) + 1
      })
    })
    document.save()
    await editor.until(() => document.saved !== undefined)
    await until(page, () => globalThis.changes === 1)
  },
  async 'a snippet that stands in no field'() {
    await page.evaluate(() => {
      globalThis.updates = []
      sync.onCodeUpdate((update) => updates.push(update))
      return sync.editCodeSnippet('snippet-1', 'one\r\ntwo 😀\r\n', 'js')
    })
    const document = await editor.until(() => editor.documents.find(({ content }) => content === 'one\ntwo 😀\n'))
    assert.equal(document.about.fileType, 'js')
    document.write('one\ntwo 😀\nthree\n')
    await until(page, () => updates.at(-1)?.code === 'one\r\ntwo 😀\r\nthree\r\n')
    await page.evaluate(() => sync.editCodeSnippet('snippet-1', 'another\r\n'))
    await editor.until(() => document.content === 'another\n')
    document.close(true)
    await until(page, () => updates.length > 0)
  },
  async 'composed characters are not disturbed'() {
    const document = await editor.open('textarea')
    document.write('ab')
    await agree('textarea', document)
    await page.evaluate(() => {
      window.document.querySelector('#textarea').dispatchEvent(new CompositionEvent('compositionstart'))
    })
    document.write('abc')
    await editor.until(() => document.text.isSettled)
    await page.evaluate(() => new Promise(requestAnimationFrame))
    assert.equal(await shown('textarea'), 'ab')
    await page.evaluate(() => {
      window.document.querySelector('#textarea').dispatchEvent(new CompositionEvent('compositionend'))
    })
    await agree('textarea', document)
  },
  async 'what is no field, and what is secret'() {
    const codes = await page.evaluate(async () => {
      const refused = (html) => {
        const element = Object.assign(window.document.createElement('template'), { innerHTML: html }).content.firstChild
        window.document.body.append(element)
        try {
          sync.attach(element)
        } catch ({ code }) {
          return code
        }
      }
      const long = window.document.body.appendChild(window.document.createElement('textarea'))
      long.value = 'x'.repeat(64 << 20)
      const { code } = await sync.attach(long, { edit: false }).edit().catch((error) => error)
      long.remove()
      return [...['<p>text</p>', '<input type="password">', '<input type="checkbox">', '<input autocomplete="one-time-code">'].map(refused), code]
    })
    assert.deepEqual(codes, [...Array(4).fill('NOT_EDITABLE'), 'TEXT_TOO_LONG'])
  },
  async 'the page ends it, and leaves it'() {
    const ended = await editor.open('ace')
    await page.evaluate(() => attached.ace.end())
    await editor.until(() => ended.closed)
    const left = await editor.open('codemirror6')
    await page.evaluate(() => attached.codemirror6.detach())
    left.write('without the page')
    await editor.until(() => left.text.isSettled)
    assert.equal(left.closed, false)
    assert.equal(await page.evaluate(() => editors.cm6.state.doc.toString()), 'all 😀 anew')
    assert.deepEqual(await page.evaluate(() => [attached.ace.state, attached.codemirror6.state]), ['idle', 'idle'])
  },
})

await run(tests)
await place.stop()
process.exit()
