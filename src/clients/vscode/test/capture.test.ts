// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silent } from '../src/base/log';
import { Activity } from '../src/capture/activity';
import { isTestRun, withoutSecrets } from '../src/capture/command-line';
import { otlpRequest } from '../src/capture/otlp';
import { Recorder } from '../src/capture/recorder';
import { readTestSummary } from '../src/capture/test-summary';
import type { Data } from '../src/protocol/message';
import { mergeEnv, otelVariables, withoutProxy } from '../src/terminal/variables';
import type { Trace } from '../src/traces/trace';

function clock(): () => bigint {
  let time = 1_700_000_000_000_000_000n;
  return () => (time += 1_000_000n);
}

test('an activity becomes spans, what runs within it too', () => {
  const activity = new Activity('debug', { a: 1 }, clock());
  const child = activity.child('worker', {});
  activity.event('stopped: breakpoint', { text: 'x' });
  activity.set({ b: 'two' });
  activity.end('error', 'exit 1');
  activity.end('ok');
  const [root, inner] = activity.spans();
  assert.equal(root!.status, 'error');
  assert.deepEqual(root!.attributes, { a: 1, b: 'two' });
  assert.equal(root!.events[0]!.name, 'stopped: breakpoint');
  assert.equal(inner!.parentSpanId, root!.spanId);
  assert.equal(inner!.traceId, root!.traceId);
  assert.ok(child.isOver && inner!.end >= inner!.start);
  assert.match(root!.traceId, /^[0-9a-f]{32}$/);
  assert.match(root!.spanId, /^[0-9a-f]{16}$/);
});

test('an activity has bounds', () => {
  const activity = new Activity('x', {});
  for (let count = 0; count < 1000; count += 1) {
    activity.event('e');
    activity.child('c', {});
  }
  const spans = activity.spans();
  assert.equal(spans.length, 501);
  assert.equal(spans[0]!.events.length, 200);
});

test('spans in the encoding of OTLP', () => {
  const activity = new Activity('npm test', { text: 't', whole: 3, part: 0.5, on: true, none: undefined }, clock());
  activity.end('ok');
  const request = otlpRequest({ 'service.name': 'vscode' }, 'scope', '1', activity.spans()) as { resourceSpans: { resource: Data; scopeSpans: { scope: Data; spans: Data[] }[] }[] };
  const [resource] = request.resourceSpans;
  assert.deepEqual(resource!.resource, { attributes: [{ key: 'service.name', value: { stringValue: 'vscode' } }] });
  const span = resource!.scopeSpans[0]!.spans[0]!;
  assert.deepEqual(span['attributes'], [
    { key: 'text', value: { stringValue: 't' } }, { key: 'whole', value: { intValue: '3' } },
    { key: 'part', value: { doubleValue: 0.5 } }, { key: 'on', value: { boolValue: true } },
  ]);
  assert.equal(span['startTimeUnixNano'], '1700000000001000000');
  assert.equal(span['endTimeUnixNano'], '1700000000002000000');
  assert.deepEqual(span['status'], { code: 1 });
  assert.equal('parentSpanId' in span, false);
});

test('the recorder keeps each trace once, also of what still runs at the end', async () => {
  const delivered: [string, Data][] = [];
  const recorded: Trace[] = [];
  const recorder = new Recorder({
    version: '1', log: silent, resource: () => ({ 'flowscope.workspace.id': 'w' }),
    deliver: async (type, data) => void delivered.push([type, data]), recorded: (trace) => recorded.push(trace),
  });
  const first = recorder.begin('build', { 'flowscope.session.id': 's' });
  const dropped = recorder.begin('ls', {});
  recorder.begin('watch', {});
  first.end('error', 'exit 2');
  recorder.finish(first);
  recorder.finish(first);
  recorder.discard(dropped);
  recorder.finish(dropped);
  recorder.dispose();
  recorder.dispose();
  assert.deepEqual(recorded.map((trace) => [trace.name, trace.status, trace.errors, trace.services]), [['build', 'error', 1, ['vscode']], ['watch', 'unset', 0, ['vscode']]]);
  assert.deepEqual(delivered.map(([type]) => type), ['trace_added', 'trace_added']);
  assert.match(JSON.stringify(delivered[1]), /flowscope.unfinished/);
  assert.match(JSON.stringify(delivered[0]), /"flowscope.workspace.id","value":{"stringValue":"w"}},{"key":"flowscope.session.id","value":{"stringValue":"s"}}\]},"scopeSpans/);
  assert.doesNotMatch(JSON.stringify(delivered[1]), /session/);
});

test('secrets are left out of command lines', () => {
  const lines: [string, string][] = [
    ['DB_PASSWORD=hunter2 node app.js', 'DB_PASSWORD=*** node app.js'],
    ['curl --token abc123 https://x', 'curl --token *** https://x'],
    ['curl -H "Authorization: Bearer abcdefghijkl"', 'curl -H "Authorization: Bearer ***"'],
    ['curl -H "X-Api-Key: abc" -H "Accept: text/plain"', 'curl -H "X-Api-Key: ***" -H "Accept: text/plain"'],
    ['psql postgres://me:pw@host/db', 'psql postgres://me:***@host/db'],
    ["deploy --api-key='a b' --region=eu", 'deploy --api-key=*** --region=eu'],
    ['login --password --verbose', 'login --password --verbose'],
    ['node app.js --port=80', 'node app.js --port=80'],
  ];
  for (const [given, expected] of lines) assert.equal(withoutSecrets(given), expected);
  assert.equal(withoutSecrets('a'.repeat(9000)).length, 4097);
});

test('test runs are known by how they are started', () => {
  for (const line of ['npm test', 'npm run test:unit', 'yarn test', 'pnpm t', 'npx jest src', 'vitest run', 'node --test', 'node --enable-source-maps --test a.js',
    'python3 -m pytest -q', 'pytest', 'go test ./...', 'cargo test', 'cargo nextest run', 'meson test -C build', 'make check', './gradlew test',
    'CI=1 npm test', 'flowctl record -- pytest', 'time cargo test', 'deno test', 'dotnet test']) {
    assert.ok(isTestRun(line), line);
  }
  for (const line of ['npm start', 'npm install', 'node app.js', 'cat test.txt', 'git commit -m test', 'ls tests', 'echo npm test', 'node test.js', 'go build', 'make', '']) {
    assert.ok(!isTestRun(line), line);
  }
});

test('summaries of the usual test runners', () => {
  const summaries: [string, [number, number, number] | undefined][] = [
    ['collected 9 items\n\n=== 1 failed, 7 passed, 1 skipped in 0.12s ===\n', [7, 1, 1]],
    ['Test Suites: 1 failed, 2 passed, 3 total\nTests:       1 failed, 5 passed, 6 total\n', [5, 1, 0]],
    ['\u001b[2m      Tests \u001b[22m \u001b[1m\u001b[32m12 passed\u001b[39m\u001b[22m (12)\r\n', [12, 0, 0]],
    ['# tests 4\n# pass 3\n# fail 1\n# skipped 0\n# todo 0\n', [3, 1, 0]],
    ['ℹ tests 4\nℹ pass 4\nℹ fail 0\n', [4, 0, 0]],
    ['test result: ok. 8 passed; 0 failed; 2 ignored; 0 measured\n', [8, 0, 2]],
    ['test result: ok. 8 passed; 0 failed; 0 ignored\ntest result: ok. 2 passed; 0 failed; 0 ignored\n', [10, 0, 0]],
    ['  5 passing (20ms)\n  1 pending\n  2 failing\n', [5, 2, 1]],
    ['ok  \texample.org/a\t0.1s\n', undefined],
    ['I passed 3 passed cars\n', undefined],
    ['', undefined],
  ];
  for (const [output, expected] of summaries) {
    const summary = readTestSummary(output);
    assert.deepEqual(summary && [summary.passed, summary.failed, summary.skipped], expected, output);
  }
});

test('variables for programs that are debugged', () => {
  assert.deepEqual(mergeEnv(undefined, { A: '1' }), { A: '1' });
  assert.deepEqual(mergeEnv(null, { A: '1' }), { A: '1' });
  assert.deepEqual(mergeEnv({ A: 'own', B: null }, { A: '1', C: '2' }), { A: 'own', B: null, C: '2' });
  assert.equal(mergeEnv(['A=own'], { A: '1' }), undefined);
  assert.equal(mergeEnv('A=own', { A: '1' }), undefined);
  assert.deepEqual(withoutProxy({ no_proxy: 'intranet' }), { NO_PROXY: '127.0.0.1,localhost', no_proxy: 'intranet,127.0.0.1,localhost' });
});

test('variables for terminals', () => {
  const variables = otelVariables({ otlp: 'http://127.0.0.1:4318', hubFile: '/run/hub.json', workspaceId: 'w 1', sessionId: 's,2' });
  assert.equal(variables['OTEL_EXPORTER_OTLP_ENDPOINT'], 'http://127.0.0.1:4318');
  assert.equal(variables['FLOWSCOPE_HUB'], '/run/hub.json');
  assert.equal(variables['OTEL_RESOURCE_ATTRIBUTES'], 'flowscope.workspace.id=w%201,flowscope.session.id=s%2C2');
  assert.equal(otelVariables({ otlp: 'x', hubFile: '/h' })['OTEL_RESOURCE_ATTRIBUTES'], undefined);
});
