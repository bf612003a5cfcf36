// SPDX-License-Identifier: MIT
// What the library says of a page and its fields.

const MOST = 1000;

/** A random id. Pages without https have no randomUUID. */
export function randomId(): string {
  return crypto.randomUUID?.() ?? crypto.getRandomValues(new Uint32Array(4)).join('-');
}

/** Text as the hub has it: lines end with a line feed, and neither half a pair of surrogates nor NUL is a character. */
export function clean(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/\p{Cs}|\0/gu, '\ufffd');
}

/** Where an element is in its document: from the nearest one with an id on, one step for each level. */
function pathOf(element: Element): string {
  const parent = element.parentElement;
  if (!parent) return '';
  const step = `${element.localName}:${[...parent.children].indexOf(element)}`;
  return `${parent.id ? `#${parent.id}` : pathOf(parent)}>${step}`;
}

/** What tells a field from the others of its page. */
export function describe(element: any, kind: string, key: string | undefined): Record<string, string> {
  const { id, name, type: inputType, labels, ariaLabel, placeholder } = element ?? {};
  const field = { kind, key, id, name, inputType, path: element && pathOf(element), label: labels?.[0]?.innerText ?? ariaLabel ?? placeholder };
  return Object.fromEntries(Object.entries(field).flatMap(([what, value]) => value ? [[what, `${value}`.slice(-MOST)]] : []));
}

/** Remembers whether a field is edited, for when the page is loaded again; when not told, says what is remembered. */
export function remember(mark: string, isEdited?: boolean): boolean {
  try {
    if (isEdited) sessionStorage[mark] = 1;
    else if (isEdited === false) delete sessionStorage[mark];
    return mark in sessionStorage;
  } catch {
    // Pages in a sandbox have no storage.
    return false;
  }
}
