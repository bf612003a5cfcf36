// SPDX-License-Identifier: MIT

/** A part of an operation: a number keeps so many characters, a string is put in, `{d: n}` takes n characters away. */
export type Part = number | string | { readonly d: number };

/**
 * A change of a text, from its start to its end, as ottypes/text-unicode writes it. A character is a code point. In
 * normal form neighbours are merged, what is put in stands before what is taken away at the same place, and nothing
 * is kept at the end. All functions here take any form but for the order of that pair, and give the normal one.
 */
export type Operation = readonly Part[];

/** A change of a text by its UTF-16 positions in the text before: what stood from start to end is replaced. */
export interface Change {
  readonly start: number;
  readonly end: number;
  readonly insert: string;
}

/** How many characters need two units of UTF-16, by the first of them. */
function countPairs(text: string): number {
  return text.match(/[\ud800-\udbff]/g)?.length ?? 0;
}

/** How many characters a string has. */
export function count(text: string): number {
  return text.length - countPairs(text);
}

/** Where in UTF-16 one is that goes on from a position by some characters; past the end when there are not so many. */
function advance(text: string, from: number, characters: number): number {
  let at;
  let further = from + characters;
  do {
    at = further;
    further = from + characters + countPairs(text.slice(from, at));
  } while (further > at);
  return at;
}

/** From characters to UTF-16. */
export function toUtf16(text: string, characters: number): number {
  return Math.min(text.length, advance(text, 0, characters));
}

/** From UTF-16 to characters. */
export function toCharacters(text: string, utf16: number): number {
  return count(text.slice(0, utf16));
}

function size(part: Part): number {
  return typeof part === 'number' ? part : typeof part === 'string' ? count(part) : part.d;
}

/** Adds a part in normal form. */
function append(parts: Part[], part: Part): void {
  const end = parts.length - 1;
  const last = parts[end];
  if (!size(part)) return;
  if (typeof last === 'object' && typeof part === 'string') {
    parts.pop();
    append(parts, part);
    parts.push(last);
  } else if (typeof last !== typeof part) {
    parts.push(part);
  } else if (typeof last === 'object') {
    parts[end] = { d: last.d + size(part) };
  } else {
    // Numbers are added, strings are joined.
    parts[end] = (last as any) + part;
  }
}

function trim(parts: Part[]): Operation {
  if (typeof parts[parts.length - 1] === 'number') parts.pop();
  return parts;
}

/** An operation of any form in normal form. */
export function normalize(op: Operation): Operation {
  const parts: Part[] = [];
  for (const part of op) append(parts, part);
  return trim(parts);
}

/** Whether it changes nothing. */
export function isNothing(op: Operation): boolean {
  return !normalize(op).length;
}

/** What stands before a place in a part, and what behind. */
function split(part: Part, at: number): [before: Part, behind: Part] {
  if (typeof part === 'number') return [at, part - at];
  if (typeof part === 'object') return [{ d: at }, { d: part.d - at }];
  const cut = advance(part, 0, at);
  return [part.slice(0, cut), part.slice(cut)];
}

/**
 * Walks along an operation as far as the parts of another say. Its parts of the kind `whole` are not in the text that
 * they have in common: deletions when the other comes after it, strings when it is transformed.
 */
function combine(op: Operation, other: Operation, whole: 'object' | 'string', isLeft: boolean): Operation {
  const parts: Part[] = [];
  const rest = [...op].reverse();
  const isComposed = whole === 'object';
  for (const part of other) {
    if (typeof part === 'string') {
      if (isLeft && typeof rest[rest.length - 1] === 'string') append(parts, rest.pop()!);
      append(parts, isComposed ? part : count(part));
      continue;
    }
    for (let left = size(part); left > 0;) {
      // Behind its last part everything is kept.
      let piece = rest.pop() ?? left;
      if (typeof piece === whole) {
        append(parts, piece);
        continue;
      }
      if (size(piece) > left) {
        const [before, behind] = split(piece, left);
        piece = before;
        rest.push(behind);
      }
      left -= size(piece);
      if (typeof part === 'number') append(parts, piece);
      else if (isComposed && typeof piece === 'number') append(parts, { d: piece });
    }
  }
  while (rest.length) append(parts, rest.pop()!);
  return trim(parts);
}

/** What two operations do, one after the other, in one. */
export function compose(first: Operation, second: Operation): Operation {
  return combine(first, second, 'object', false);
}

/**
 * What an operation becomes after another of the same text was applied. Of two that put something in at the same
 * place, what `isLeft` says of this one goes to the left.
 */
export function transform(op: Operation, other: Operation, isLeft: boolean): Operation {
  return combine(op, other, 'string', isLeft);
}

/** Where a position in characters is afterwards. What is put in right there moves only a cursor whose own work it is. */
export function transformPosition(op: Operation, position: number, isOwn: boolean): number {
  let at = 0;
  let moved = position;
  for (const part of op) {
    if (at > moved) break;
    if (typeof part === 'object') {
      moved -= Math.min(part.d, moved - at);
    } else {
      if (typeof part === 'string' && (at < moved || isOwn)) moved += count(part);
      at += size(part);
    }
  }
  return moved;
}

/** What an operation does to a text, from the first place to the last. Throws when the text is too short for it. */
export function changes(op: Operation, text: string): Change[] {
  const list: Change[] = [];
  let at = 0;
  let insert = '';
  for (const part of op) {
    if (typeof part === 'string') {
      insert = part;
      continue;
    }
    const end = advance(text, at, size(part));
    if (end > text.length) throw new RangeError('the text is too short');
    if (typeof part === 'object') list.push({ start: at, end, insert });
    else if (insert) list.push({ start: at, end: at, insert });
    insert = '';
    at = end;
  }
  if (insert) list.push({ start: at, end: at, insert });
  return list;
}

/** The text afterwards. */
export function apply(op: Operation, text: string): string {
  let after = '';
  let at = 0;
  for (const { start, end, insert } of changes(op, text)) {
    after += text.slice(at, start) + insert;
    at = end;
  }
  return after + text.slice(at);
}

/** What takes an operation back; the text is the one before it. */
export function invert(op: Operation, text: string): Operation {
  const parts: Part[] = [];
  let at = 0;
  for (const { start, end, insert } of changes(op, text)) {
    append(parts, count(text.slice(at, start)));
    append(parts, text.slice(start, end));
    append(parts, { d: count(insert) });
    at = end;
  }
  return trim(parts);
}

/** The operation that replaces what stands between two UTF-16 positions. */
export function replace(text: string, { start, end, insert }: Change): Operation {
  const parts: Part[] = [];
  append(parts, toCharacters(text, start));
  append(parts, insert);
  append(parts, { d: count(text.slice(start, end)) });
  return trim(parts);
}

function splitsPair(text: string, at: number): boolean {
  return text.charCodeAt(at) >> 10 === 0x37;
}

/** What leads from one text to another: all between the first and the last place where they differ. */
export function difference(before: string, after: string): Operation {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) start += 1;
  let behind = 0;
  while (behind < shorter - start && before.charCodeAt(before.length - behind - 1) === after.charCodeAt(after.length - behind - 1)) behind += 1;
  if (splitsPair(before, start) || splitsPair(after, start)) start -= 1;
  if (splitsPair(before, before.length - behind) || splitsPair(after, after.length - behind)) behind -= 1;
  return replace(before, { start, end: before.length - behind, insert: after.slice(start, after.length - behind) });
}

/** Whether what came from outside is an operation: parts of the three kinds that are not empty. */
export function isOperation(value: unknown): value is Operation {
  return Array.isArray(value) && value.every((part) => {
    const length = typeof part === 'string' ? part.length : part?.d ?? part;
    return Number.isSafeInteger(length) && length > 0;
  });
}
