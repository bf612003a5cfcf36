// SPDX-License-Identifier: MIT
import { Emitter, type Disposable } from '../base/emitter';
import { readTrace, updateTrace, type Trace } from './trace';
import { records, type Data } from '../protocol/message';

const MAX_TRACES = 500;

/** The traces of late, newest first: from the hub while it is there, from the disk and from this window otherwise. */
export class TraceList implements Disposable {
  private readonly byId = new Map<string, Trace>();
  private readonly changes = new Emitter<void>();
  readonly onChange = this.changes.event;

  constructor(private readonly limit = MAX_TRACES) {}

  get all(): Trace[] {
    return [...this.byId.values()].sort((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt));
  }

  add(...traces: readonly Trace[]): void {
    if (traces.length === 0) return;
    for (const trace of traces) this.byId.set(trace.id, trace);
    for (const old of this.all.slice(this.limit)) this.byId.delete(old.id);
    this.changes.fire();
  }

  /** `trace_added` and `trace_updated` of the hub. */
  update(data: Data): void {
    const trace = updateTrace(this.byId.get(typeof data['id'] === 'string' ? data['id'] : ''), data);
    if (trace) this.add(trace);
  }

  remove(...ids: readonly string[]): void {
    let removed = 0;
    for (const id of ids) removed += Number(this.byId.delete(id));
    if (removed > 0) this.changes.fire();
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
