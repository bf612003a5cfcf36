// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { ask } from '../src/hub/http';
import { awaitPairing, requestPairing, type PairingRequest } from '../src/hub/pairing';
import { FakeTimers, until } from './support';

async function serve(t: TestContext, listener: http.RequestListener): Promise<number> {
  const server = http.createServer(listener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const PAIRING: PairingRequest = { request: 'r1', code: '123-456', expiresIn: 120 };

test('a request to pair names the editor and gets a code', async (t) => {
  let got = '';
  const port = await serve(t, (request, response) => {
    assert.equal(request.headers.origin, undefined);
    request.on('data', (part) => (got += String(part)));
    request.on('end', () => response.writeHead(202).end(JSON.stringify({ request: 'r1', code: '123-456', expires_in: 120 })));
  });
  assert.deepEqual(await requestPairing(port, 'code', 'vscode_extension'), PAIRING);
  assert.deepEqual(JSON.parse(got), { name: 'code', kind: 'vscode_extension' });
});

test('a refusal says why', async () => {
  await assert.rejects(requestPairing(1, 'n', 'k', async () => ({ status: 429, body: { message: 'slowly' } })), /slowly/);
  await assert.rejects(requestPairing(1, 'n', 'k', async () => ({ status: 202, body: { request: '../x', code: '1' } })), /HTTP 202/);
});

for (const [status, body, kind] of [[200, { token: 'secret' }, 'allowed'], [403, {}, 'denied'], [404, {}, 'expired'], [200, {}, 'expired']] as const) {
  test(`an answer with ${status} ${JSON.stringify(body)} means ${kind}`, async () => {
    const targets: string[] = [];
    const result = await awaitPairing(1, PAIRING, () => false, async (_port, _method, target) => (targets.push(target), { status, body }));
    assert.equal(result.kind, kind);
    assert.deepEqual(targets, ['/pair/r1']);
  });
}

test('it waits for the user, and not for ever', async () => {
  const timers = new FakeTimers();
  let asked = 0;
  const answer = awaitPairing(1, PAIRING, () => false, async () => (asked += 1, { status: 202, body: {} }), timers);
  for (let second = 0; second < 120; second += 1) {
    await until(() => timers.size === 1, 'a pause');
    timers.pass(1000);
  }
  assert.equal((await answer).kind, 'expired');
  assert.equal(asked, 120);
  assert.equal((await awaitPairing(1, PAIRING, () => true, async () => assert.fail('asked'))).kind, 'expired');
});

test('an endless or a missing answer ends', async (t) => {
  const endless = await serve(t, (_request, response) => void response.end('x'.repeat(1024 * 1024)));
  await assert.rejects(ask(endless, 'GET', '/'), /too long/);
  const silent = await serve(t, () => undefined);
  await assert.rejects(ask(silent, 'GET', '/', undefined, 20), /no answer/);
  const html = await serve(t, (_request, response) => void response.end('<html>'));
  assert.deepEqual(await ask(html, 'GET', '/'), { status: 200, body: undefined });
});
