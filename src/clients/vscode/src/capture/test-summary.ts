// SPDX-License-Identifier: MIT

export interface TestSummary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

type Counts = { passed: number; failed: number; skipped: number };

// ESC [ ... letter, and ESC ] ... BEL or ESC \ (ECMA-48): colours, and marks of shell integration.
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\))/g;

const WORDS: Record<string, keyof Counts> = {
  pass: 'passed', passed: 'passed', passing: 'passed', ok: 'passed', passes: 'passed',
  fail: 'failed', failed: 'failed', failing: 'failed', failures: 'failed', failure: 'failed', error: 'failed', errors: 'failed',
  skip: 'skipped', skipped: 'skipped', pending: 'skipped', ignored: 'skipped', todo: 'skipped', xfailed: 'skipped',
};

/** `3 passed, 1 failed` of pytest, jest, vitest, cargo and mocha; `pass 3` of node and TAP. */
function countLine(line: string, counts: Counts): boolean {
  let found = false;
  const add = (word: string, count: string) => {
    const name = WORDS[word.toLowerCase()];
    if (name === undefined) return;
    counts[name] += Number(count);
    found = true;
  };
  for (const [, count, word] of line.matchAll(/\b(\d+) ([a-zA-Z]+)\b/g)) add(word!, count!);
  const tap = /^(?:#|ℹ) (\w+) (\d+)$/.exec(line.trim());
  if (tap) add(tap[1]!, tap[2]!);
  return found;
}

const SUMMARY = /^(?:=+ .*\d+ (?:passed|failed|error).*=+|\s*Tests:?\s+.*\d+ (?:passed|failed).*|test result: .*|\s+\d+ (?:passing|failing|pending)\b.*|(?:#|ℹ) (?:pass|fail|skipped|todo) \d+)$/;

/** How many tests passed, from what a runner printed at its end; undefined when it says nothing that is known. */
export function readTestSummary(output: string): TestSummary | undefined {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  let found = false;
  for (const line of output.replace(ESCAPES, '').split(/\r?\n|\r/)) {
    if (SUMMARY.test(line.trimEnd())) found = countLine(line.trimEnd(), counts) || found;
  }
  return found ? counts : undefined;
}
