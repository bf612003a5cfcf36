// SPDX-License-Identifier: GPL-3.0-or-later
// A program as developers write it: traces, logs and metrics through the OpenTelemetry SDK, set up by OTEL_* alone.
'use strict';
const { NodeSDK } = require('@opentelemetry/sdk-node');
const { trace, metrics, SpanKind, SpanStatusCode } = require('@opentelemetry/api');
const { logs, SeverityNumber } = require('@opentelemetry/api-logs');

const sdk = new NodeSDK();
sdk.start();

const tracer = trace.getTracer('shop', '1.2.3');
const logger = logs.getLogger('shop-log', '0.1.0');
const meter = metrics.getMeter('shop-meter');

function here() {
  const frame = /\(?(\/[^()]*):(\d+):(\d+)\)?$/.exec(new Error().stack.split('\n')[2]);
  return { 'code.file.path': frame[1], 'code.line.number': Number(frame[2]), 'code.column.number': Number(frame[3]) };
}

function query(parent) {
  tracer.startActiveSpan('SELECT users', {
    kind: SpanKind.CLIENT, attributes: { 'db.system.name': 'postgresql', 'db.query.text': 'SELECT * FROM users' },
    links: [{ context: parent.spanContext(), attributes: { why: 'demo' } }],
  }, (span) => {
    span.addEvent('cache.miss', { key: 'user:1', tries: 3 });
    try {
      throw new TypeError('boom \u{1f4a5}');
    } catch (error) {
      span.recordException(error);
      span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
      logger.emit({ severityNumber: SeverityNumber.ERROR, severityText: 'ERROR', body: 'query failed',
        attributes: { 'exception.type': 'TypeError', retry: false } });
    }
    span.end();
  });
}

tracer.startActiveSpan('GET /users/:id', {
  kind: SpanKind.SERVER,
  attributes: { 'http.request.method': 'GET', 'url.path': '/users/1', ok: true, ratio: 0.5, tiny: 5e-324, negative: -7,
    big: Number.MAX_SAFE_INTEGER, tags: ['a', 'b'], counts: [1, 2], flags: [true, false], empty: '', 'ключ': 'значение' },
}, (span) => {
  span.setAttributes(here());
  logger.emit({ severityNumber: SeverityNumber.INFO, severityText: 'INFO', body: { route: '/users/:id', n: 1 } });
  query(span);
  span.setStatus({ code: SpanStatusCode.OK });
  span.end();
});

meter.createCounter('shop.requests', { unit: '{request}', description: 'Requests' }).add(3, { route: '/users/:id' });
meter.createHistogram('shop.duration', { unit: 'ms' }).record(12.5, { route: '/users/:id' });
meter.createObservableGauge('shop.temperature').addCallback((result) => result.observe(21.5, { room: 'a' }));

sdk.shutdown().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
