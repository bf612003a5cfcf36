// SPDX-License-Identifier: MIT
import type * as vscode from 'vscode';
import type { Edit } from './line-map';

/** The changes of one event, as the model takes them. What stands before a change is the same before and after it. */
export function editsOf(event: vscode.TextDocumentChangeEvent): Edit[] {
  return event.contentChanges.map(({ range, text }) => ({
    startLine: range.start.line,
    endLine: range.end.line,
    endCharacter: range.end.character,
    inserts: range.isEmpty,
    atStart: isBlankBefore(event.document, range.start),
    breaks: text.split(/\r\n|\r|\n/).length - 1,
  }));
}

function isBlankBefore(document: vscode.TextDocument, position: vscode.Position): boolean {
  if (position.character === 0) return true;
  if (position.line >= document.lineCount) return false;
  return document.lineAt(position.line).text.slice(0, position.character).trim() === '';
}
