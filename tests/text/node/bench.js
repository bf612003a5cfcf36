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

// Microseconds since a start: those of the clock, or of all processors where other programs had those in between.
function since([clock, used]) {
  const { user, system } = process.cpuUsage(used)
  return Math.min((performance.now() - clock) * 1000, user + system)
}

const now = () => [performance.now(), process.cpuUsage()]

// Before that often enough to be compiled, unless it takes long.
function measure(name, run) {
  let changed
  let start = now()
  for (let i = 0; i < 100 && since(start) < SECONDS * 1e6; i += 1) changed = run()
  let n = 0
  let took
  start = now()
  do {
    for (let i = 0; i < 5; i += 1) run()
    n += 5
    took = since(start)
  } while (took < SECONDS * 1e6)
  console.log(`${name} ${took / n} ${changed ?? 0}`)
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
