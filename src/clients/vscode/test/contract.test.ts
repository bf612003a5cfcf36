// SPDX-License-Identifier: MIT
// The protocol's schemas, checked by another validator than the hub's, over the same fixtures that the hub's tests read;
// and what the extension itself sends, checked by the schemas.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import { Activity } from '../src/capture/activity';
import { otlpRequest } from '../src/capture/otlp';
import { readMarking, readPlace } from '../src/code/places';
import { readEditRequest } from '../src/edit/edit-message';
import { readFileMetrics } from '../src/metrics/metrics-message';
import { HubError } from '../src/protocol/hub-error';
import { createMessage, parseMessage, type Data, type Message, type Options } from '../src/protocol/message';
import { readTraces } from '../src/traces/trace-list';
import { readTrace } from '../src/traces/trace';
import { REPOSITORY } from './support';

const PROTOCOL = path.join(REPOSITORY, 'data', 'protocol');
const FIXTURES = path.join(REPOSITORY, 'tests', 'fixtures', 'protocol');
const KIND = 'vscode_extension';

interface MessageType {
  readonly type: string;
  readonly from: string[];
  readonly to: string[];
}

const types = (JSON.parse(fs.readFileSync(path.join(PROTOCOL, 'messages.json'), 'utf8')) as { messages: MessageType[] }).messages;
const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true });
const schemas = new Map<string, ValidateFunction>();
for (const name of fs.readdirSync(path.join(PROTOCOL, 'schemas'))) {
  schemas.set(name.replace('.json', ''), ajv.compile(JSON.parse(fs.readFileSync(path.join(PROTOCOL, 'schemas', name), 'utf8')) as object));
}
const envelope = schemas.get('envelope')!;

/** Where a message is wrong, as a JSON pointer; undefined when it is right. */
function wrong(message: unknown, type: string): string | undefined {
  if (!envelope(message)) return envelope.errors![0]!.instancePath;
  const validate = schemas.get(type);
  if (!validate || validate((message as Message).data ?? {})) return undefined;
  return `/data${validate.errors![0]!.instancePath}`;
}

function fixtures(type: string): { name: string; text: string }[] {
  const folder = path.join(FIXTURES, type);
  return fs.readdirSync(folder).map((name) => ({ name, text: fs.readFileSync(path.join(folder, name), 'utf8') }));
}

test('every type has a schema, and fixtures of both sorts', () => {
  for (const { type } of types) {
    assert.ok(schemas.has(type), `no schema for ${type}`);
    const names = fixtures(type).map(({ name }) => name);
    assert.ok(names.some((name) => name.startsWith('valid')), `no valid ${type}`);
    if (type !== 'ping' && type !== 'pong') assert.ok(names.some((name) => name.startsWith('invalid-')), `no invalid ${type}`);
  }
});

for (const type of fs.readdirSync(FIXTURES)) {
  test(`fixtures of ${type}`, () => {
    for (const { name, text } of fixtures(type)) {
      let where: string | undefined = '';
      try {
        const message = JSON.parse(text) as Message;
        where = wrong(message, type === 'envelope' ? message.type : type);
      } catch (error) {
        assert.ok(error instanceof SyntaxError);
      }
      if (name.startsWith('valid')) {
        assert.equal(where, undefined, `${name} is wrong at ${where}`);
        assert.ok(parseMessage(text), `${name} is not read`);
      } else {
        assert.notEqual(where, undefined, `${name} passes`);
      }
    }
  });
}

test('what the extension reads, it reads from the valid ones and refuses in the others', () => {
  const readers: Record<string, (data: Data) => unknown> = {
    jump_to_code: readPlace, highlight_code: readMarking,
    metrics_for_file: (data) => assert.equal(readFileMetrics(data).lines.length, Array.isArray(data['lines']) ? data['lines'].filter((line: Data) => Number(line['count']) > 0).length : 0),
    sync_response: (data) => assert.equal(readTraces(data).length, Array.isArray(data['traces']) ? data['traces'].filter((trace: Data) => trace['startedAt']).length : 0),
    trace_added: (data) => assert.ok(data['resourceSpans'] !== undefined || readTrace(data)),
    edit_request: (data) => data['editId'] === undefined || readEditRequest(data),
    error: (data) => assert.equal(HubError.from(data).code, data['code']),
  };
  for (const [type, read] of Object.entries(readers)) {
    for (const { name, text } of fixtures(type)) {
      const { data } = JSON.parse(text) as Message;
      // The hub takes relative names from people's terminals; an editor opens what it knows to be one file.
      const relative = typeof data['file'] === 'string' && !data['file'].startsWith('/');
      if (name.startsWith('valid') && !relative) assert.doesNotThrow(() => read(data), `${type}/${name}`);
    }
  }
  for (const type of ['jump_to_code', 'highlight_code']) {
    for (const { name, text } of fixtures(type).filter((fixture) => /^invalid-data\.(line|range|file-missing)/.test(fixture.name))) {
      assert.throws(() => readers[type]!((JSON.parse(text) as Message).data), HubError, `${type}/${name}`);
    }
  }
});

test('what the extension sends fits the schemas, and its kind may send it', () => {
  const activity = new Activity('npm test', { 'flowscope.kind': 'test', 'process.exit.code': 1, ratio: 0.5, on: true });
  activity.event('stopped: breakpoint', { text: 'x' });
  activity.child('child', {}).end('ok');
  activity.end('error', 'exit 1');
  const sent: [string, Data, Options?][] = [
    ['hello', { client: 'code-server', version: '0.1.0', kind: KIND, instance: 'window-0a1b2c3d4e5f', capabilities: ['traces', 'code', 'metrics', 'edit'], workspaces: ['/srv/shop'], focused: true }],
    ['code_opened', { file: '/srv/shop/app.js', line: 77, column: 3 }, { reply_to: 'm1', target: 'cli/x' }],
    ['error', { code: 'declined', message: 'no', in_reply_to: 'm1', original: { type: 'jump_to_code' } }, { reply_to: 'm1', target: 'cli/x' }],
    ['ack', { id: 'm1' }, { reply_to: 'm1' }],
    ['pong', { pingTime: 1 }, { reply_to: 'm1' }],
    ['focus_trace', { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }],
    ['focus_trace', { file: '/srv/shop/app.js', line: 3 }],
    ['metrics_for_file', { file: '/srv/shop/app.js', version: 12 }],
    ['workspace_changed', { workspaces: ['/srv/shop'] }],
    ['workspace_changed', { focused: false }],
    ['workspace_changed', { file: null }],
    ['sync_request', { limit: 50 }],
    ['session_started', { sessionId: 'debug-1', name: 'Launch' }],
    ['session_ended', { sessionId: 'debug-1' }],
    ['edit_request', { client: 'c1', text: 'ab', resume: { editId: 'e1', revision: 3, pending: { opId: '1', base: 3, op: [1, 'b', { d: 1 }] } } }],
    ['edit_request', { client: 'c1', text: 'ab', resume: { editId: 'e1' } }],
    ['edit_update', { editId: 'e1', client: 'c1', revision: 3, state: 'open' }, { reply_to: 'm1', target: 'desktop_app/hub' }],
    ['edit_update', { editId: 'e1', client: 'c1', base: 3, opId: '1', op: [1, '😀', { d: 1 }] }],
    ['edit_update', { editId: 'e1', client: 'c1', base: 3, cursor: { start: 0, end: 2 } }],
    ['edit_saved', { editId: 'e1', client: 'c1', revision: 3 }],
    ['edit_closed', { editId: 'e1', client: 'c1', end: true }],
    ['trace_added', otlpRequest({ 'service.name': 'vscode', 'flowscope.workspace.id': undefined }, 'flowscope-vscode', '0.1.0', activity.spans()), { ack: true, metadata: { workspaceId: 'w' } }],
  ];
  for (const [type, data, options] of sent) {
    const message = JSON.parse(JSON.stringify(createMessage(type, `${KIND}/window-1`, data, options))) as Message;
    assert.equal(wrong(message, type), undefined, `${type} is wrong at ${wrong(message, type)}`);
    assert.ok(types.find((entry) => entry.type === type)?.from.includes(KIND), `${type} may not be sent`);
  }
});
