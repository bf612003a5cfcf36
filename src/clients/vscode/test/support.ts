// SPDX-License-Identifier: MIT
// What the tests share: folders that go away, waiting for a condition, time moved by hand, and a hub of the test's own.
import * as fs from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Duplex } from 'node:stream';
import type { TestContext } from 'node:test';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Disposable } from '../src/base/emitter';
import type { Timers } from '../src/base/timers';
import { HubClient, type ClientOptions, type Found } from '../src/hub/client';
import { Backoff } from '../src/hub/backoff';
import { DeliveryLog } from '../src/hub/delivery';
import { Outbox } from '../src/hub/outbox';
import { createMessage, parseMessage, type Data, type Message, type Options } from '../src/protocol/message';

/** The extension's folder; the tests themselves run elsewhere. */
export const SOURCE = process.env['FLOWSCOPE_SOURCE'] ?? path.resolve('.');
export const REPOSITORY = path.resolve(SOURCE, '..', '..', '..');

const PATIENCE_MS = 20_000;

export async function folder(t: TestContext): Promise<string> {
  const name = await fs.mkdtemp(path.join(os.tmpdir(), 'flowscope-test-'));
  t.after(() => fs.rm(name, { recursive: true, force: true }));
  return fs.realpath(name);
}

/** Ask until it is so. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((done) => setImmediate(done));
  }
}

/** Time that passes only when the test says so. */
export class FakeTimers implements Timers {
  private time = 1_000_000;
  private waiting: { at: number; run: () => void }[] = [];

  now = () => this.time;

  after = (milliseconds: number, run: () => void): Disposable => {
    const entry = { at: this.time + milliseconds, run };
    this.waiting.push(entry);
    return { dispose: () => (this.waiting = this.waiting.filter((other) => other !== entry)) };
  };

  pass(milliseconds: number): void {
    const end = this.time + milliseconds;
    for (;;) {
      const next = this.waiting.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.waiting = this.waiting.filter((entry) => entry !== next);
      this.time = Math.max(this.time, next.at);
      next.run();
    }
    this.time = end;
  }

  get size(): number {
    return this.waiting.length;
  }
}

export interface FakeHubOptions {
  readonly epoch?: string;
  readonly refuse?: number;
  /** A type that is sent together with `welcome`. */
  readonly behind?: string;
}

/** A hub as the protocol has it: hello and welcome, and then what the test wants. */
export class FakeHub {
  readonly inbox: Message[] = [];
  readonly requests: IncomingMessage[] = [];
  readonly sockets: WebSocket[] = [];
  /** The highest number of a delivery. */
  private given = 0;
  onMessage: (message: Message, socket: WebSocket) => void = () => undefined;

  private constructor(
    private readonly server: WebSocketServer,
    private readonly options: FakeHubOptions,
  ) {
    server.on('connection', (socket, request) => {
      this.requests.push(request);
      this.sockets.push(socket);
      socket.on('message', (bytes: Buffer) => this.receive(socket, bytes.toString('utf8')));
    });
  }

  static async start(t: TestContext, options: FakeHubOptions = {}, port = 0): Promise<FakeHub> {
    const server = new WebSocketServer({
      host: '127.0.0.1', port, path: '/ws',
      verifyClient: (_info, done) => done(options.refuse === undefined, options.refuse),
    });
    await new Promise((done) => server.once('listening', done));
    const hub = new FakeHub(server, options);
    t.after(() => hub.stop());
    return hub;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get endpoint(): Found {
    return { kind: 'hub', url: `ws://127.0.0.1:${this.port}/ws`, token: 'token' };
  }

  send(type: string, data: Data, options: Options & { seq?: number } = {}): Message {
    const message = { ...createMessage(type, 'desktop_app/hub', data, options), ...options };
    this.given = Math.max(this.given, options.seq ?? 0);
    this.sockets.at(-1)!.send(JSON.stringify(message));
    return message;
  }

  of(type: string): Message[] {
    return this.inbox.filter((message) => message.type === type);
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.terminate();
    await new Promise((done) => this.server.close(done));
  }

  private receive(socket: WebSocket, text: string): void {
    const message = parseMessage(text)!;
    this.inbox.push(message);
    if (message.type === 'hello') {
      const channel = `vscode_extension/${String(message.data['instance'])}`;
      const { _socket: stream } = socket as unknown as { _socket: Duplex };
      stream.cork();
      this.send('welcome', {
        channel, hub: { version: '0.1.0', protocol: 1, pid: process.pid }, settings: {}, presence: [],
        delivery: { epoch: this.options.epoch ?? 'epoch', seq: this.given },
      }, { reply_to: message.id });
      if (this.options.behind) this.send(this.options.behind, {});
      stream.uncork();
    } else {
      this.onMessage(message, socket);
    }
  }
}

export async function makeClient(t: TestContext, find: () => Promise<Found>, more: Partial<ClientOptions> = {}): Promise<HubClient> {
  const top = await folder(t);
  const client = new HubClient({
    find, kind: 'vscode_extension',
    hello: () => ({ client: 'test', version: '1', kind: 'vscode_extension', instance: 'window-1', workspaces: [top], focused: true }),
    metadata: () => ({}),
    delivery: await DeliveryLog.open(path.join(top, 'delivery.json')),
    outbox: await Outbox.open(path.join(top, 'outbox')),
    backoff: new Backoff(() => 0),
    ...more,
  });
  t.after(() => client.dispose());
  return client;
}
