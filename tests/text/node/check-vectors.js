// SPDX-License-Identifier: GPL-3.0-or-later
// What ot-text-unicode makes of the same operations. Arguments: the program that writes them, and how many. Prints TAP.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import ot from 'ot-text-unicode'

const { type } = ot
const count = Number(process.argv[3])

// With the insert before the delete at one place; the library leaves them as they came.
function normal(operation) {
  const out = []
  for (const part of type.normalize(operation)) {
    const last = out[out.length - 1]
    if (typeof part === 'string' && typeof last === 'object') {
      out.pop()
      if (typeof out[out.length - 1] === 'string') out.push(out.pop() + part)
      else out.push(part)
      out.push(last)
    } else if (typeof part === 'object' && typeof last === 'object') {
      out[out.length - 1] = { d: last.d + part.d }
    } else {
      out.push(part)
    }
  }
  return out
}

const written = execFileSync(process.argv[2], [String(count)], { maxBuffer: 1 << 30, encoding: 'utf8' })
const lines = written.trimEnd().split('\n')

assert.equal(lines.length, count)
for (const line of lines) {
  const v = JSON.parse(line)
  assert.deepEqual(normal(type.transform(v.left, v.right, 'left')), v.leftAfter, line)
  assert.deepEqual(normal(type.transform(v.right, v.left, 'right')), v.rightAfter, line)
  assert.deepEqual(normal(type.compose(v.left, v.rightAfter)), v.composed, line)
  assert.equal(type.apply(type.apply(v.text, v.left), v.rightAfter), v.result, line)
  assert.equal(type.apply(v.text, v.composed), v.result, line)
  assert.equal(type.transformPosition(v.index, v.left), v.moved, line)
}
console.log(`1..1\nok 1 - ${count} operations mean the same`)
