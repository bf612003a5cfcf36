// SPDX-License-Identifier: MIT
import { Emitter, type Disposable } from '../base/emitter';
import { readTrace, updateTrace, type Trace } from './trace';
import { records, type Data } from '../protocol/message';

const MAX_TRACES = 500;
/** Old ones go together: to find the oldest costs more than to keep it for a while. */
const MAX_TOO_MANY = 100;

/** The traces of late, newest first: from the hub while it is there, from the disk and from this window otherwise. */
export class TraceList implements Disposable {
  private readonly byId = new Map<string, Trace>();
  /** The same, newest first; undefined after a change. */
  private sorted: readonly Trace[] | undefined;
  private readonly changes = new Emitter<void>();
  readonly onChange = this.changes.event;

  constructor(private readonly limit = MAX_TRACES) {}

  get all(): readonly Trace[] {
    this.sorted ??= [...this.byId.values()].map((trace) => ({ trace, start: Date.parse(trace.startedAt) }))
      .sort((a, b) => b.start - a.start).slice(0, this.limit).map(({ trace }) => trace);
    return this.sorted;
  }

  add(...traces: readonly Trace[]): void {
    if (traces.length === 0) return;
    for (const trace of traces) this.byId.set(trace.id, trace);
    this.changed();
  }

  /** `trace_added` and `trace_updated` of the hub. */
  update(data: Data): void {
    const trace = updateTrace(this.byId.get(typeof data['id'] === 'string' ? data['id'] : ''), data);
    if (trace) this.add(trace);
  }

  remove(...ids: readonly string[]): void {
    let removed = 0;
    for (const id of ids) removed += Number(this.byId.delete(id));
    if (removed > 0) this.changed();
  }

  private changed(): void {
    this.sorted = undefined;
    if (this.byId.size > this.limit + MAX_TOO_MANY) {
      const kept = this.all;
      this.byId.clear();
      for (const trace of kept) this.byId.set(trace.id, trace);
    }
    this.changes.fire();
  }

  toJSON(): object {
    return { traces: this.all };
  }

  /** Take what `toJSON` gave, at an earlier start of the window. */
  load(saved: unknown): void {
    if (typeof saved !== 'object' || saved === null) return;
    this.add(...readTraces(saved as Data));
  }

  dispose(): void {
    this.changes.dispose();
  }
}

export function readTraces(data: Data): Trace[] {
  return records(data, 'traces').map(readTrace).filter((trace): trace is Trace => trace !== undefined);
}
