// SPDX-License-Identifier: MIT

export type Argument = string | number;
export type Translator = (message: string, ...values: Argument[]) => string;

/** Put the values into `{0}`, `{1}` and so on. */
export function fill(message: string, ...values: Argument[]): string {
  return message.replace(/\{(\d+)\}/g, (place, index: string) => {
    const value = values[Number(index)];
    return value === undefined ? place : String(value);
  });
}

let translator: Translator = fill;

/** The editor gives its own when the extension starts; without one, texts are English. */
export function setTranslator(next: Translator): void {
  translator = next;
}

/** A text from outside for a notification, which makes links of `[text](address)`, and of commands as well. */
export function plain(text: string): string {
  return text.replaceAll('](', ']\u2060(');
}

/**
 * A text for people. The first argument is a literal: a test compares all of them with the translations. The values
 * may come from anywhere.
 */
export function t(message: string, ...values: Argument[]): string {
  return translator(message, ...values.map((value) => (typeof value === 'string' ? plain(value) : value)));
}
