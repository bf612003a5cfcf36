// SPDX-License-Identifier: MIT
import { mapLine, mapThrough, movesLines, type Edit } from './line-map';
import type { LineMetrics } from './metrics-message';

/** The metrics of a line and where that line is in the buffer, counted from 0. */
export interface Placed {
  readonly metrics: LineMetrics;
  readonly at: number;
}

interface Entry {
  readonly metrics: LineMetrics;
  /** In which numbering the hub's line was taken: it counts saves. */
  readonly numbering: number;
  at: number | undefined;
}

/**
 * Keeps what the hub says of a file on the lines that it is about while the user edits.
 *
 * The hub counts lines as they were on the disk when the program ran. Changes since the last save move an answer to
 * where its lines are in the buffer. After a save that moved lines, a line that has not run again keeps its place: its
 * numbers are those of the file before the save.
 */
export class FileModel {
  private entries = new Map<number, Entry>();
  private edits: Edit[] = [];
  private numbering = 0;
  private savedVersion = 0;

  get isEmpty(): boolean {
    return this.entries.size === 0;
  }

  /** The buffer changed, in this order. */
  apply(edits: readonly Edit[]): void {
    // Most of what people type moves nothing, and a buffer may be long unsaved.
    const moving = edits.filter(movesLines);
    for (const edit of moving) this.edits.push(edit);
    for (const entry of this.entries.values()) {
      for (const edit of moving) entry.at = entry.at === undefined ? undefined : mapLine(entry.at, edit);
    }
  }

  /** The buffer is on the disk as its `version`. */
  saved(version: number): void {
    if (this.edits.length > 0) this.numbering += 1;
    this.edits = [];
    this.savedVersion = version;
  }

  /** The buffer is again what is on the disk, by undo or by reading the file anew. */
  reverted(): void {
    this.edits = [];
    for (const entry of this.entries.values()) {
      if (entry.numbering === this.numbering) entry.at = entry.metrics.line - 1;
    }
  }

  /** An answer that was asked for at `version`. False when a save came between: ask again. */
  answer(lines: readonly LineMetrics[], version: number): boolean {
    if (version < this.savedVersion) return false;
    const next = new Map<number, Entry>();
    for (const metrics of lines) next.set(metrics.line, this.place(metrics));
    this.entries = next;
    return true;
  }

  /** What to show: one for each line, the newest numbers where two came to the same line. */
  placed(): Placed[] {
    const lines = new Map<number, Entry>();
    for (const entry of this.entries.values()) {
      if (entry.at === undefined) continue;
      const other = lines.get(entry.at);
      if (!other || other.numbering < entry.numbering) lines.set(entry.at, entry);
    }
    return [...lines.entries()].sort(([a], [b]) => a - b).map(([at, { metrics }]) => ({ metrics, at }));
  }

  /** What stands on a line of the buffer. */
  on(line: number): LineMetrics | undefined {
    return this.placed().find((placed) => placed.at === line)?.metrics;
  }

  private place(metrics: LineMetrics): Entry {
    const before = this.entries.get(metrics.line);
    if (before && before.numbering < this.numbering && isSame(before.metrics, metrics)) {
      return { metrics, numbering: before.numbering, at: before.at };
    }
    return { metrics, numbering: this.numbering, at: mapThrough(metrics.line - 1, this.edits) };
  }
}

function isSame(a: LineMetrics, b: LineMetrics): boolean {
  return a.count === b.count && a.traceId === b.traceId && a.spanId === b.spanId;
}
