// SPDX-License-Identifier: MIT

/** One change of a text, lines counted from 0, in the text as it was before the change. */
export interface Edit {
  readonly startLine: number;
  readonly endLine: number;
  readonly endCharacter: number;
  /** Nothing but white space stands before the change on its first line. */
  readonly atStart: boolean;
  /** Nothing is replaced, only inserted. */
  readonly inserts: boolean;
  /** How many line breaks the inserted text has. */
  readonly breaks: number;
}

/** Whether any line may be elsewhere after a change. */
export function movesLines(edit: Edit): boolean {
  return edit.breaks > 0 || edit.endLine > edit.startLine;
}

/** Where a line is after a change; undefined when it was deleted. */
export function mapLine(line: number, edit: Edit): number | undefined {
  if (line < edit.startLine) return line;
  const moved = line + edit.breaks - (edit.endLine - edit.startLine);
  if (line > edit.endLine) return moved;
  // Enter before the first word of a line pushes the line down.
  if (edit.inserts) return edit.atStart ? moved : line;
  if (edit.startLine === edit.endLine) return line;
  // Of a range over several lines the last one survives when nothing of it went, the first one when something stays.
  if (line === edit.endLine) return edit.endCharacter === 0 ? moved : undefined;
  return line === edit.startLine && !edit.atStart ? line : undefined;
}

export function mapThrough(line: number, edits: readonly Edit[]): number | undefined {
  let at: number | undefined = line;
  for (const edit of edits) {
    at = mapLine(at, edit);
    if (at === undefined) return undefined;
  }
  return at;
}
