// SPDX-License-Identifier: MIT
import type { Disposable } from '../base/emitter';
import { reason, type Log } from '../base/log';
import type { Data } from '../protocol/message';
import type { Trace } from '../traces/trace';
import { Activity } from './activity';
import { otlpRequest, type Attributes, type Span } from './otlp';

export interface RecorderOptions {
  /** What the traces say of where they come from, at this moment. */
  resource(): Attributes;
  /** Keep a message for the hub. */
  deliver(type: string, data: Data): Promise<void>;
  /** A trace of this window is finished. */
  recorded(trace: Trace): void;
  readonly version: string;
  readonly log: Log;
}

/** What the hub knows a debug session by; the whole trace belongs to it. */
const SESSION = 'flowscope.session.id';

function toMs(nanoseconds: bigint): number {
  return Number(nanoseconds) / 1e6;
}

/** The flat form of a trace that this window has recorded, for its own list. */
export function flatTrace(spans: readonly Span[], service: string): Trace {
  const root = spans[0]!;
  return {
    id: root.traceId,
    name: root.name,
    status: root.status,
    startedAt: new Date(Math.floor(toMs(root.start))).toISOString(),
    durationMs: toMs(root.end - root.start),
    spans: spans.length,
    errors: spans.filter((span) => span.status === 'error').length,
    services: [service],
    tags: [],
  };
}

/** Makes traces of what the editor does: each is kept on the disk when it ends and handed to the hub when it is there. */
export class Recorder implements Disposable {
  private readonly running = new Set<Activity>();

  constructor(private readonly options: RecorderOptions) {}

  begin(name: string, attributes: Attributes): Activity {
    const activity = new Activity(name, attributes);
    this.running.add(activity);
    return activity;
  }

  /** Forget one that turned out not to be worth a trace. */
  discard(activity: Activity): void {
    this.running.delete(activity);
  }

  /** An activity that began here has ended. */
  finish(activity: Activity): void {
    if (!this.running.delete(activity)) return;
    const spans = activity.spans();
    const session = spans[0]!.attributes[SESSION];
    const resource: Attributes = { 'service.name': 'vscode', ...this.options.resource(), [SESSION]: session };
    this.options.recorded(flatTrace(spans, String(resource['service.name'])));
    const request = otlpRequest(resource, 'flowscope-vscode', this.options.version, spans);
    this.options.deliver('trace_added', request).catch((error: unknown) => {
      this.options.log.error(`keeping the trace of ${activity.name}: ${reason(error)}`);
    });
  }

  /** The window closes: what still runs is a trace without an end of its own. */
  dispose(): void {
    for (const activity of [...this.running]) {
      activity.set({ 'flowscope.unfinished': true });
      activity.end('unset');
      this.finish(activity);
    }
  }
}
