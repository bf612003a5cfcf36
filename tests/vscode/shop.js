// SPDX-License-Identifier: GPL-3.0-or-later
// A program as people have it, with the npm OpenTelemetry SDK: SPANS requests, each a span that names its own line.
'use strict';
const { NodeSDK } = require('@opentelemetry/sdk-node');
const { trace, SpanStatusCode } = require('@opentelemetry/api');

const sdk = new NodeSDK();
sdk.start();
const tracer = trace.getTracer('shop');

function checkout(fails) {
  tracer.startActiveSpan('checkout', { attributes: here() }, (span) => {
    if (fails) span.setStatus({ code: SpanStatusCode.ERROR, message: 'sold out' });
    span.end();
  });
}

function here() {
  const frame = /\(?(\/[^()]*):(\d+):(\d+)\)?$/.exec(new Error().stack.split('\n')[2]);
  return { 'code.file.path': frame[1], 'code.line.number': Number(frame[2]), 'code.function.name': 'checkout' };
}

for (let count = 0; count < Number(process.env.SPANS ?? 1); count += 1) checkout(count === 0);
sdk.shutdown();
