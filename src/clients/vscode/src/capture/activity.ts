// SPDX-License-Identifier: MIT
import { newSpanId, newTraceId } from '../protocol/id';
import type { Attributes, Span, SpanEvent, StatusCode } from './otlp';

const MAX_EVENTS = 200;
const MAX_CHILDREN = 500;

export type Clock = () => bigint;

const started = process.hrtime.bigint();
const startedAt = BigInt(Date.now()) * 1_000_000n;

/** Nanoseconds since 1970 that never go back while the window lives. */
export const wallClock: Clock = () => startedAt + (process.hrtime.bigint() - started);

/** Something that the editor does for a while: a task, a run of tests, a debug session, a command. */
export class Activity {
  readonly spanId = newSpanId();
  private readonly start: bigint;
  private readonly events: SpanEvent[] = [];
  private readonly children: Activity[] = [];
  private attributes: Attributes;
  private finish: bigint | undefined;
  private status: StatusCode = 'unset';
  private message: string | undefined;

  constructor(
    readonly name: string,
    attributes: Attributes,
    private readonly clock: Clock = wallClock,
    readonly traceId: string = newTraceId(),
  ) {
    this.attributes = attributes;
    this.start = clock();
  }

  /** Something within this one; it belongs to the same trace. */
  child(name: string, attributes: Attributes): Activity {
    const child = new Activity(name, attributes, this.clock, this.traceId);
    if (this.children.length < MAX_CHILDREN) this.children.push(child);
    return child;
  }

  event(name: string, attributes: Attributes = {}): void {
    if (this.events.length < MAX_EVENTS) this.events.push({ name, time: this.clock(), attributes });
  }

  set(attributes: Attributes): void {
    this.attributes = { ...this.attributes, ...attributes };
  }

  get isOver(): boolean {
    return this.finish !== undefined;
  }

  get milliseconds(): number {
    return Number((this.finish ?? this.clock()) - this.start) / 1e6;
  }

  /** The first end counts; what runs within ends too. */
  end(status: StatusCode, message?: string): void {
    if (this.isOver) return;
    this.finish = this.clock();
    this.status = status;
    this.message = message;
    for (const child of this.children) child.end('unset');
  }

  /** This one and all within it, as spans. */
  spans(parentSpanId?: string): Span[] {
    const own: Span = {
      traceId: this.traceId,
      spanId: this.spanId,
      ...(parentSpanId ? { parentSpanId } : {}),
      name: this.name,
      start: this.start,
      end: this.finish ?? this.clock(),
      status: this.status,
      ...(this.message ? { message: this.message } : {}),
      attributes: this.attributes,
      events: this.events,
    };
    return [own, ...this.children.flatMap((child) => child.spans(this.spanId))];
  }
}
