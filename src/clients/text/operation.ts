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

const isPair = /[\ud800-\udbff][\udc00-\udfff]/;

/** How many characters a string has. */
export function count(text: string): number {
  if (!isPair.test(text)) return text.length;
  let pairs = 0;
  for (let i = 1; i < text.length; i += 1) {
    if (text.charCodeAt(i) >> 10 === 0x37 && text.charCodeAt(i - 1) >> 10 === 0x36) pairs += 1;
  }
  return text.length - pairs;
}

/** Where in UTF-16 one is that goes on from a position by some characters; past the end when there are not so many. */
function advance(text: string, from: number, characters: number, plain: boolean): number {
  if (plain) return from + characters;
  let at = from;
  for (let left = characters; left > 0 && at <= text.length; left -= 1) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return at;
}

/** From characters to UTF-16. */
export function toUtf16(text: string, characters: number): number {
  return Math.min(text.length, advance(text, 0, characters, !isPair.test(text)));
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
  if (!size(part)) return;
  const last = parts[parts.length - 1];
  if (last === undefined) {
    parts.push(part);
  } else if (typeof part === 'object') {
    if (typeof last === 'object') parts[parts.length - 1] = { d: last.d + part.d };
    else parts.push(part);
  } else if (typeof last === 'object' && typeof part === 'string') {
    parts.pop();
    append(parts, part);
    parts.push(last);
  } else if (typeof last === 'number' && typeof part === 'number') {
    parts[parts.length - 1] = last + part;
  } else if (typeof last === 'string' && typeof part === 'string') {
    parts[parts.length - 1] = last + part;
  } else {
    parts.push(part);
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
  return op.every((part) => typeof part === 'number' || !size(part));
}

/** How many characters a text must have for it, at least. */
export function baseLength(op: Operation): number {
  return op.reduce<number>((sum, part) => sum + (typeof part === 'string' ? 0 : size(part)), 0);
}

/** Reads an operation in pieces; behind its last part everything is kept. */
interface Reader {
  /** The part that comes. */
  peek(): Part | undefined;
  /** At most so many characters of what comes. Strings or deletions, as asked, are given whole. */
  take(most: number, whole?: 'string' | 'object'): Part;
}

function read(op: Operation): Reader {
  let index = 0;
  let rest = op[0];
  return {
    peek: () => rest,
    take(most, whole) {
      const part = rest;
      if (part === undefined) return most;
      const length = size(part);
      if (typeof part === whole || length <= most) {
        index += 1;
        rest = op[index];
        return part;
      }
      if (typeof part === 'string') {
        const cut = toUtf16(part, most);
        rest = part.slice(cut);
        return part.slice(0, cut);
      }
      rest = typeof part === 'number' ? length - most : { d: length - most };
      return typeof part === 'number' ? most : { d: most };
    },
  };
}

/** Walks along two operations, of which one says how far; what they make is appended by the two functions. */
function walk(op: Operation, other: Operation, whole: 'string' | 'object', parts: Part[],
  insert: (text: string, reader: Reader) => void, piece: (piece: Part, part: Part) => void): Operation {
  const reader = read(op);
  for (const part of other) {
    if (typeof part === 'string') {
      insert(part, reader);
      continue;
    }
    for (let left = size(part); left > 0;) {
      const next = reader.take(left, whole);
      if (typeof next !== whole) left -= size(next);
      piece(next, part);
    }
  }
  while (reader.peek() !== undefined) append(parts, reader.take(Infinity));
  return trim(parts);
}

/** What two operations do, one after the other, in one. */
export function compose(first: Operation, second: Operation): Operation {
  const parts: Part[] = [];
  return walk(first, second, 'object', parts, (text) => append(parts, text), (piece, part) => {
    if (typeof part === 'number' || typeof piece === 'object') append(parts, piece);
    else if (typeof piece === 'number') append(parts, { d: piece });
  });
}

/**
 * What an operation becomes after another of the same text was applied. Of two that put something in at the same
 * place, what `isLeft` says of this one goes to the left.
 */
export function transform(op: Operation, other: Operation, isLeft: boolean): Operation {
  const parts: Part[] = [];
  return walk(op, other, 'string', parts, (text, reader) => {
    if (isLeft && typeof reader.peek() === 'string') append(parts, reader.take(Infinity));
    append(parts, count(text));
  }, (piece, part) => {
    if (typeof part === 'number' || typeof piece === 'string') append(parts, piece);
  });
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
  const plain = !isPair.test(text);
  let at = 0;
  let insert = '';
  for (const part of op) {
    if (typeof part === 'string') {
      insert = part;
      continue;
    }
    const end = advance(text, at, size(part), plain);
    if (end > text.length) throw new RangeError('the operation is for a longer text');
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
  return isPair.test(text.slice(Math.max(0, at - 1), at + 1));
}

/**
 * What leads from one text to another: all between the first and the last place where they differ. One `a` more in
 * `aaa` can stand anywhere; a caret, in UTF-16 of the text after, says where somebody typed.
 */
export function difference(before: string, after: string, caret?: number): Operation {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) start += 1;
  let behind = 0;
  const isSame = () => before.charCodeAt(before.length - behind - 1) === after.charCodeAt(after.length - behind - 1);
  while (behind < shorter - start && isSame()) behind += 1;
  while (caret !== undefined && after.length - behind > caret && start > 0 && isSame()) {
    behind += 1;
    start -= 1;
  }
  if (splitsPair(before, start) || splitsPair(after, start)) start -= 1;
  if (splitsPair(before, before.length - behind) || splitsPair(after, after.length - behind)) behind -= 1;
  return replace(before, { start, end: before.length - behind, insert: after.slice(start, after.length - behind) });
}

/** Whether what came from outside is an operation: parts of the three kinds that are not empty. */
export function isOperation(value: unknown): value is Operation {
  const isNumber = (part: unknown) => Number.isSafeInteger(part) && (part as number) > 0;
  return Array.isArray(value) && value.every((part: unknown) => typeof part === 'string' ? part !== ''
    : typeof part === 'object' && part !== null ? isNumber((part as { d?: unknown }).d) : isNumber(part));
}
