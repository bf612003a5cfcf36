// SPDX-License-Identifier: GPL-3.0-or-later
// How long the libraries of JavaScript take with the texts and operations in a folder. Argument: the folder.
// Prints a line for each measure: its name, microseconds, and what changed.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import DiffMatchPatch from 'diff-match-patch'
import ot from 'ot-text-unicode'

const SECONDS = 0.3

const { type } = ot
const read = (name) => readFileSync(join(process.argv[2], name), 'utf8')
const [base, ours, theirs] = ['base.txt', 'ours.txt', 'theirs.txt'].map(read)
const [ourChange, theirChange] = ['ours.json', 'theirs.json'].map((name) => JSON.parse(read(name)))
const dmp = new DiffMatchPatch()

// Twice before, so that it is compiled, unless that takes long.
function measure(name, run) {
  let start = performance.now()
  let changed = run()
  if (performance.now() - start < 500) changed = run()
  let n = 0
  let took
  start = performance.now()
  do {
    run()
    n += 1
    took = performance.now() - start
  } while (took < SECONDS * 1000)
  console.log(`${name} ${(took * 1000) / n} ${changed ?? 0}`)
}

measure('diff', () => {
  const diffs = dmp.diff_main(base, ours)
  dmp.diff_cleanupSemantic(diffs)
  return diffs.reduce((sum, [kind, text]) => (kind === 0 ? sum : sum + text.length), 0)
})
measure('transform', () => {
  type.transform(ourChange, theirChange, 'left')
  type.transform(theirChange, ourChange, 'right')
})
measure('compose', () => {
  type.compose(ourChange, theirChange)
})
// A part of the result is read, else the string is not made.
measure('apply', () => {
  const after = type.apply(base, ourChange)
  return after.charCodeAt(after.length >> 1) & 0
})
measure('merge', () => {
  const [merged, applied] = dmp.patch_apply(dmp.patch_make(base, theirs), ours)
  return merged.length > 0 ? applied.filter((ok) => !ok).length : 0
})
