// SPDX-License-Identifier: MIT
import type { Data } from '../protocol/message';

export type Value = string | number | boolean;
export type Attributes = Readonly<Record<string, Value | undefined>>;

export interface SpanEvent {
  readonly name: string;
  readonly time: bigint;
  readonly attributes: Attributes;
}

export type StatusCode = 'unset' | 'ok' | 'error';

/** A finished span; times in nanoseconds since 1970. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly start: bigint;
  readonly end: bigint;
  readonly status: StatusCode;
  readonly message?: string;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
}

const CODES: Record<StatusCode, number> = { unset: 0, ok: 1, error: 2 };
const INTERNAL = 1;

function value(of: Value): Data {
  if (typeof of === 'string') return { stringValue: of };
  if (typeof of === 'boolean') return { boolValue: of };
  return Number.isSafeInteger(of) ? { intValue: String(of) } : { doubleValue: of };
}

function attributeList(attributes: Attributes): Data[] {
  return Object.entries(attributes).filter((entry): entry is [string, Value] => entry[1] !== undefined)
    .map(([key, of]) => ({ key, value: value(of) }));
}

function spanData(span: Span): Data {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId ? { parentSpanId: span.parentSpanId } : {}),
    name: span.name,
    kind: INTERNAL,
    startTimeUnixNano: String(span.start),
    endTimeUnixNano: String(span.end),
    attributes: attributeList(span.attributes),
    events: span.events.map((event) => ({
      timeUnixNano: String(event.time), name: event.name, attributes: attributeList(event.attributes),
    })),
    status: { code: CODES[span.status], ...(span.message ? { message: span.message } : {}) },
  };
}

/** An ExportTraceServiceRequest in OTLP's JSON encoding. */
export function otlpRequest(resource: Attributes, scope: string, version: string, spans: readonly Span[]): Data {
  return {
    resourceSpans: [{
      resource: { attributes: attributeList(resource) },
      scopeSpans: [{ scope: { name: scope, version }, spans: spans.map(spanData) }],
    }],
  };
}
