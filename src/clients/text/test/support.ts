// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { count, normalize, type Operation, type Part } from '../operation';

/** Numbers that look random and are the same in each run. */
export class Chance {
  constructor(private state: number) {}

  /** From 0 to below a number. */
  below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

const CHARACTERS = ['a', 'b', 'c', ' ', '\n', 'é', '日', '😀', '👩', '\u200d'];

export function randomText(chance: Chance, most: number): string {
  return Array.from({ length: chance.below(most + 1) }, () => chance.pick(CHARACTERS)).join('');
}

/** An operation that fits a text. */
export function randomOperation(chance: Chance, text: string): Operation {
  const parts: Part[] = [];
  for (let left = count(text); left > 0;) {
    const length = 1 + chance.below(Math.min(left, 6));
    const kind = chance.below(4);
    if (kind === 0) parts.push(randomText(chance, 4));
    else parts.push(kind === 1 ? { d: length } : length);
    if (kind !== 0) left -= length;
  }
  if (chance.below(3) === 0) parts.push(randomText(chance, 4));
  return normalize(parts);
}

/** A file of tests/fixtures/text, which the tests of the hub's own operations read too. */
export function fixture<T>(name: string): T {
  const source = process.env.FLOWSCOPE_SOURCE ?? path.join(process.cwd(), '..', '..', '..');
  return JSON.parse(readFileSync(path.join(source, 'tests', 'fixtures', 'text', name), 'utf8')) as T;
}
