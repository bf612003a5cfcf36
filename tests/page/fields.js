// SPDX-License-Identifier: GPL-3.0-or-later
// A page with all kinds of fields, as people build pages. `fields` has each with what the tests need of it: where to
// click to type, what to attach, and its text.

import 'codemirror5/lib/codemirror.css'
import CodeMirror5 from 'codemirror5'
import { basicSetup, EditorView } from 'codemirror'
import ace from 'ace-builds'
import * as monaco from 'monaco-editor/esm/vs/editor/editor.api.js'
import { createElement, useState } from 'react'
import { createRoot } from 'react-dom/client'

const TEXT = 'first line\nsecond 😀 line\n'

globalThis.monaco = monaco
globalThis.MonacoEnvironment = { getWorker: () => new Worker(URL.createObjectURL(new Blob([''], { type: 'text/javascript' }))) }

const place = (name, html) => {
  const section = document.createElement('section')
  section.id = `place-${name}`
  section.innerHTML = html
  document.body.append(section)
  return section.firstElementChild
}

const valueOf = (element) => () => element.value

const textarea = place('textarea', '<textarea id="textarea"></textarea>')
textarea.value = TEXT
const input = place('input', '<input id="input" type="text" value="one 😀 line">')
const editable = place('contenteditable', '<div id="contenteditable" contenteditable>first <b>line</b><div>second 😀 line</div></div>')
const plain = place('plain', '<pre id="plain" contenteditable="plaintext-only"></pre>')
plain.textContent = TEXT

/* What React has in its state, which is what an application would send. */
globalThis.reactText = undefined
const Controlled = () => {
  const [text, setText] = useState(TEXT)
  globalThis.reactText = text
  return createElement('textarea', { id: 'react', value: text, onChange: ({ target }) => setText(target.value) })
}
createRoot(place('react', '<div></div>')).render(createElement(Controlled))

const area5 = place('codemirror5', '<textarea id="codemirror5"></textarea>')
area5.value = TEXT
const cm5 = CodeMirror5.fromTextArea(area5)
const cm6 = new EditorView({ doc: TEXT, extensions: [basicSetup], parent: place('codemirror6', '<div></div>') })
const own = monaco.editor.create(place('monaco', '<div style="height: 200px"></div>'), { value: TEXT.replaceAll('\n', '\r\n') })
const aceEditor = ace.edit(place('ace', '<div style="height: 200px"></div>'))
aceEditor.session.setValue(TEXT)

globalThis.fields = {
  textarea: { attach: '#textarea', click: '#textarea', text: valueOf(textarea) },
  input: { attach: '#input', click: '#input', text: valueOf(input) },
  // Chromium says one line feed more when the last line is empty, and writes every other space so that it is seen.
  contenteditable: { attach: '#contenteditable', click: '#contenteditable', text: () => editable.innerText.replace(/\n$/, '').replaceAll('\xa0', ' ') },
  plain: { attach: '#plain', click: '#plain', text: () => plain.textContent },
  react: { attach: '#react', click: '#react', text: () => globalThis.reactText },
  codemirror5: { attach: '#codemirror5', click: '#place-codemirror5 .CodeMirror', text: () => cm5.getValue() },
  codemirror6: { attach: '#place-codemirror6', click: '#place-codemirror6 .cm-content', text: () => cm6.state.doc.toString() },
  monaco: { attach: '#place-monaco', click: '#place-monaco .monaco-editor .view-lines', text: () => own.getValue(1) },
  ace: { attach: '#place-ace', click: '#place-ace .ace_content', text: () => aceEditor.getValue() },
}

globalThis.editors = { cm5, cm6, monaco: own, ace: aceEditor }
