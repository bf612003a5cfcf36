// SPDX-License-Identifier: GPL-3.0-or-later
// What becomes of texts when pages are loaded again, connections are lost, and the hub is killed; and that the library
// leaves nothing behind. Arguments: the build folder. Prints TAP.

import assert from 'node:assert/strict'
import { run } from '../browser/support.js'
import { Editor } from './editor.js'
import { Place, until } from './place.js'

const FIELDS = '<textarea id="a" name="a"></textarea><textarea id="b" name="b"></textarea>'
const TIMES = 1000

const place = await Place.start(process.argv[2], {
  '/two': `<!doctype html><title>Two</title><script src="/web-dev-sync.js"></script>${FIELDS}`,
  '/buttons': `<!doctype html><title>Buttons</title><script src="/web-dev-sync.js"></script>
<textarea id="text">what the server sent</textarea>
<button class="external-editor-btn" data-textarea-id="text" data-file-type="md">Edit</button>`,
})

const valueIs = (page, id, value) => until(page, ([id, value]) => document.getElementById(id).value === value, id, value)

/* Opens a page of two empty fields, another one for each name, and both of them in the editor. */
async function openTwo(name) {
  const page = await place.open(`/two?${name}`)
  await page.evaluate(async (name) => {
    begin()
    await Promise.all(['a', 'b'].map((id) => attach(`${name} ${id}`, document.getElementById(id)).edit()))
  }, name)
  const documents = await Promise.all([place.editor.open(`${name} a`), place.editor.open(`${name} b`)])
  return { page, documents }
}

const tests = {
  async two_empty_fields_stay_two() {
    const { page, documents: [a, b] } = await openTwo('stay')
    assert.notEqual(a.editId, b.editId)
    a.write('in a')
    b.write('in b')
    await valueIs(page, 'a', 'in a')
    await valueIs(page, 'b', 'in b')
    await page.close()
  },
  async 'one request for many clicks'() {
    const page = await place.open('/two')
    const states = await page.evaluate(async () => {
      begin()
      const field = attach('clicked', document.getElementById('a'))
      await Promise.all([field.edit(), field.edit(), field.edit()])
      return globalThis.states.clicked
    })
    assert.deepEqual(states, ['waiting', 'open'])
    const document = await place.editor.open('clicked')
    assert.equal(document.asked, 1)
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)))
    await page.evaluate(() => attached.clicked.edit())
    await place.editor.until(() => document.asked === 2)
    await page.close()
  },
  async reload_reattaches() {
    const page = await place.open('/buttons')
    const bind = () => page.evaluate((url) => {
      globalThis.sync = WebDevSync.auto({ url })
    }, place.url)
    await bind()
    await page.click('button')
    const document = await place.editor.until(() => place.editor.documents.find(({ content }) => content === 'what the server sent'))
    assert.equal(document.about.fileType, 'md')
    await until(page, () => window.document.querySelector('button').dataset.state === 'open')
    document.write('what the editor has')
    await valueIs(page, 'text', 'what the editor has')

    await page.reload()
    document.write('what the editor has now')
    await place.editor.until(() => document.text.isSettled)
    assert.equal(await page.inputValue('#text'), 'what the server sent')
    await bind()
    // Nobody clicked.
    await valueIs(page, 'text', 'what the editor has now')
    await page.fill('#text', 'what the page has')
    await place.editor.until(() => document.content === 'what the page has')

    document.close(true)
    await until(page, () => window.document.querySelector('button').dataset.state === 'idle')
    await page.reload()
    await bind()
    assert.equal(await page.evaluate(() => sync.isConnected()), false)
    await page.close()
  },
  async 'a browser that is killed'() {
    const { page, documents: [document] } = await openTwo('gone')
    document.write('from the editor')
    await valueIs(page, 'a', 'from the editor')
    await page.goto('chrome://crash').catch(() => undefined)
    document.write('from the editor, and more')
    await place.editor.until(() => document.text.isSettled)
    const again = await place.open('/two?gone', await place.browser.newContext())
    await again.evaluate(() => {
      begin()
      return attach('again', document.getElementById('a')).edit()
    })
    await valueIs(again, 'a', 'from the editor, and more')
    await again.fill('#a', 'from both')
    await place.editor.until(() => document.content === 'from both')
    await again.close()
  },
  async 'the hub is killed while both type'() {
    const { page, documents: [document] } = await openTwo('killed')
    // That there is such a text is kept; what is typed next may not be.
    document.write('ke')
    await place.editor.until(() => document.text.isSettled)
    document.write('kept')
    await valueIs(page, 'a', 'kept')
    await page.evaluate(() => sync.statusChange((status) => status === 'waiting' && (globalThis.wasLost = true)))
    await place.hub.restart(() => until(page, () => globalThis.wasLost))
    await page.fill('#a', 'kept, and typed without a hub')
    place.editor.close()
    place.editor = await Editor.connect(place.hub)
    await page.evaluate(() => sync.connect())
    await until(page, () => sync.isConnected())
    await place.editor.resume(document)
    await place.editor.until(() => document.content === 'kept, and typed without a hub')
    document.write(`${document.content}; by both`)
    await valueIs(page, 'a', 'kept, and typed without a hub; by both')
    assert.deepEqual(page.thrown, [])
    await page.close()
  },
  async 'a field that is taken out of the page is left'() {
    const { page, documents: [document] } = await openTwo('removed')
    await page.evaluate(() => document.getElementById('a').remove())
    await until(page, () => Object.values(attached).some(({ state }) => state === 'idle'))
    document.write('without it')
    await place.editor.until(() => document.text.isSettled)
    await page.close()
  },
  async 'a thousand fields leave nothing'() {
    const context = await place.browser.newContext()
    const page = await place.open('/plain', context)
    const session = await context.newCDPSession(page)
    const count = async () => {
      await session.send('HeapProfiler.collectGarbage')
      const { nodes, jsEventListeners } = await session.send('Memory.getDOMCounters')
      const { usedSize } = await session.send('Runtime.getHeapUsage')
      return { nodes, jsEventListeners, usedSize }
    }
    const churn = (times) => page.evaluate(async ([times, url]) => {
      const shared = new WebDevSync({ url })
      await shared.connect()
      for (let i = 0; i < times; i++) {
        const area = document.body.appendChild(document.createElement('textarea'))
        area.value = 'x'.repeat(1000)
        const field = shared.attach(area, { title: 'churn', edit: false })
        const opened = field.edit()
        // Most are not wanted any more before the hub can answer.
        if (i % 500 === 0) await opened
        field.end()
        const own = new WebDevSync({ url })
        own.statusChange(() => area)
        own.attach(area, { edit: false, onState: () => area })
        own.destroy()
        area.remove()
      }
      shared.destroy()
    }, [times, place.url])
    await churn(50)
    const before = await count()
    await churn(TIMES)
    const after = await count()
    const grown = after.usedSize - before.usedSize
    console.log(`# ${TIMES} times: ${after.nodes - before.nodes} nodes, ${after.jsEventListeners - before.jsEventListeners} listeners, ${grown} bytes`)
    assert.equal(after.jsEventListeners, before.jsEventListeners)
    assert.ok(after.nodes - before.nodes < 20, `${after.nodes - before.nodes} nodes`)
    // A thousand texts alone would be a million.
    assert.ok(grown < 200_000, `${grown} bytes`)
    assert.deepEqual(page.thrown, [])
    await context.close()
  },
}

await run(tests)
await place.stop()
process.exit()
