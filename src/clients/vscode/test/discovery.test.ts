// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import * as fs from 'node:fs/promises';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import { test } from 'node:test';
import { discoveryFile, findHub, isLocalUrl, readDiscovery } from '../src/hub/discovery';
import { Finder, type Secrets } from '../src/hub/finder';
import { ask } from '../src/hub/http';
import { findPort } from '../src/hub/ports';
import { watchFile } from '../src/hub/watch';
import { folder, until } from './support';

const DISCOVERY = {
  protocol: 1, version: '0.1.0', pid: process.pid, port: 31847, url: 'ws://127.0.0.1:31847/ws', token: 'secret',
  data_dir: '/x', endpoints: { otlp_http: 'http://127.0.0.1:4318' },
};

class MemorySecrets implements Secrets {
  readonly values = new Map<string, string>();
  get = async (key: string) => this.values.get(key);
  store = async (key: string, value: string) => void this.values.set(key, value);
  delete = async (key: string) => void this.values.delete(key);
}

test('the discovery file is in the run folder, unless told otherwise', async () => {
  const environment = { XDG_RUNTIME_DIR: '/run/user/7' };
  assert.equal(await discoveryFile({ environment }), '/run/user/7/flowscope/hub.json');
  assert.equal(await discoveryFile({ environment: { ...environment, FLOWSCOPE_HUB: '/h.json' } }), '/h.json');
  assert.equal(await discoveryFile({ environment: { FLOWSCOPE_HUB: '/h.json' }, file: '/s.json' }), '/s.json');
});

test('a running hub is found, a stale file is not one', async (t) => {
  const top = await folder(t);
  const options = { environment: { XDG_RUNTIME_DIR: top } };
  assert.equal(await findHub(options), undefined);
  const file = path.join(top, 'flowscope', 'hub.json');
  await fs.mkdir(path.dirname(file));
  await fs.writeFile(file, JSON.stringify(DISCOVERY));
  const found = await findHub(options);
  assert.deepEqual(found, { file, url: DISCOVERY.url, token: 'secret', pid: process.pid, port: 31847, version: '0.1.0', otlp: 'http://127.0.0.1:4318' });
  // No process has this number: Linux has 2^22 of them at most.
  await fs.writeFile(file, JSON.stringify({ ...DISCOVERY, pid: 4194305 }));
  assert.equal(await findHub(options), undefined);
  await fs.writeFile(file, '{"protocol":1');
  assert.equal(await findHub(options), undefined);
});

test('a file that makes no sense is none', () => {
  for (const change of [{ protocol: 2 }, { port: 0 }, { port: 70000 }, { pid: -1 }, { token: '' }, { url: 'ws://example.org:31847/ws' }, { url: 7 }]) {
    assert.equal(readDiscovery('f', { ...DISCOVERY, ...change }), undefined, JSON.stringify(change));
  }
  assert.equal(readDiscovery('f', null), undefined);
  assert.equal(readDiscovery('f', { ...DISCOVERY, endpoints: {} })?.otlp, 'http://127.0.0.1:31847');
});

test('the token goes to this machine only', () => {
  for (const url of ['ws://127.0.0.1:1/ws', 'ws://localhost/ws', 'ws://[::1]:9/ws']) assert.ok(isLocalUrl(url), url);
  for (const url of ['ws://127.0.0.1.example.org/', 'ws://0.0.0.0/', 'wss://localhost/', 'ws://a@localhost/', 'http://localhost/', 'x']) {
    assert.ok(!isLocalUrl(url), url);
  }
});

test('ports are asked when there is no file', async () => {
  const answer = (body: unknown, status = 200) => ({ status, body });
  const hub = { name: 'FlowScope', protocol: 1, version: '0.1.0' };
  const asker = (port: number) => {
    if (port === 1) return Promise.reject(new Error('refused'));
    if (port === 2) return Promise.resolve(answer({ name: 'Other', protocol: 1 }));
    if (port === 3) return Promise.resolve(answer(hub, 404));
    return Promise.resolve(answer(port === 4 ? hub : undefined));
  };
  assert.equal(await findPort([1, 2, 3, 4, 5], asker), 4);
  assert.equal(await findPort([1, 2, 3], asker), undefined);
  const silent = new Promise<never>(() => undefined);
  assert.equal(await findPort([1, 4, 5], (port) => (port === 5 ? silent : asker(port))), 4, 'those behind it may be slow');
});

test('who answers a word at a time is not waited for', async (t) => {
  const server = http.createServer((_request, response) => {
    response.writeHead(200);
    const more = () => void (response.destroyed || response.write(' ', () => setImmediate(more)));
    more();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => server.close());
  await assert.rejects(ask((server.address() as AddressInfo).port, 'GET', '/', undefined, 50));
});

test('without a file the token of a pairing is used, and forgotten when it is taken back', async () => {
  const secrets = new MemorySecrets();
  let port: number | undefined;
  const environment: Record<string, string> = { XDG_RUNTIME_DIR: '/nowhere' };
  const finder = new Finder(() => ({ environment }), secrets, async () => port);
  assert.deepEqual(await finder.find(), { kind: 'none' });
  assert.equal(finder.otlp, undefined);
  port = 31847;
  assert.deepEqual(await finder.find(), { kind: 'unpaired', port });
  assert.equal(finder.otlp, 'http://127.0.0.1:31847');
  await finder.paired('token');
  assert.deepEqual(await finder.find(), { kind: 'hub', url: 'ws://127.0.0.1:31847/ws', token: 'token' });
  assert.equal(await finder.forget(), true);
  assert.equal(await finder.forget(), false);
  assert.deepEqual(await finder.find(), { kind: 'unpaired', port });
  environment['FLOWSCOPE_HUB'] = '/nowhere/hub.json';
  assert.deepEqual(await finder.find(), { kind: 'none' }, 'a hub that was named, and no other');
});

test('a file that appears later is noticed, also when its folder is not there yet', async (t) => {
  const top = await folder(t);
  const file = path.join(top, 'run', 'flowscope', 'hub.json');
  let changes = 0;
  const watch = watchFile(file, () => (changes += 1));
  t.after(() => watch.dispose());
  await fs.mkdir(path.dirname(file), { recursive: true });
  await until(() => changes > 0, 'the folder');
  for (const content of ['1', '2']) {
    const before = changes;
    await fs.writeFile(`${file}.tmp`, content);
    await fs.rename(`${file}.tmp`, file);
    await until(() => changes > before, 'the file');
  }
});
