// SPDX-License-Identifier: MIT
// Places of a document as if each line ended in one character, which is how all sides count.
import * as vscode from 'vscode';
import type { Change } from '../../../text/operation';
import { wellFormed } from './live-text';

function extra(document: vscode.TextDocument, line: number): number {
  return document.eol === vscode.EndOfLine.CRLF ? line : 0;
}

export function offsetOf(document: vscode.TextDocument, position: vscode.Position): number {
  return document.offsetAt(position) - extra(document, position.line);
}

/** The same for a text that the document had. */
export function offsetIn(text: string, { line, character }: vscode.Position): number {
  let start = 0;
  for (let left = line; left > 0; left -= 1) {
    const end = text.indexOf('\n', start);
    if (end < 0) return text.length;
    start = end + 1;
  }
  return Math.min(text.length, start + character);
}

export function positionOf(document: vscode.TextDocument, offset: number): vscode.Position {
  if (document.eol === vscode.EndOfLine.LF) return document.positionAt(offset);
  let [first, last] = [0, document.lineCount - 1];
  while (first < last) {
    const middle = (first + last + 1) >> 1;
    if (offsetOf(document, new vscode.Position(middle, 0)) <= offset) first = middle;
    else last = middle - 1;
  }
  const start = new vscode.Position(first, 0);
  return document.validatePosition(start.translate(0, offset - offsetOf(document, start)));
}

export function rangeOf(document: vscode.TextDocument, start: number, end: number): vscode.Range {
  return new vscode.Range(positionOf(document, start), positionOf(document, end));
}

/** What an event says of a document, in places of its text before. */
export function changesOf({ document, contentChanges }: vscode.TextDocumentChangeEvent): Change[] {
  return contentChanges.map(({ range, rangeOffset, rangeLength, text }) => ({
    start: rangeOffset - extra(document, range.start.line),
    end: rangeOffset + rangeLength - extra(document, range.end.line),
    insert: wellFormed(text),
  }));
}
