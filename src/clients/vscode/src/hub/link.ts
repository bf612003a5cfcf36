// SPDX-License-Identifier: MIT
import WebSocket from 'ws';
import { Bag, Emitter, type Disposable } from '../base/emitter';
import { realTimers, type Timers } from '../base/timers';
import { HubError } from '../protocol/hub-error';
import { createMessage, MAX_MESSAGE_BYTES, parseMessage, text, type Data, type Message } from '../protocol/message';

export interface Endpoint {
  readonly url: string;
  readonly token: string;
}

export interface Closing {
  readonly code: number;
  readonly reason: string;
}

/** A connection did not come about; `final` when the hub said not to try again as it was. */
export class LinkError extends Error {
  constructor(
    message: string,
    readonly final: boolean,
    readonly code?: string,
  ) {
    super(message);
    this.name = 'LinkError';
  }
}

const WELCOME_MS = 10_000;
/** The hub pings every 30 s; after three that did not come nobody is there. */
const SILENCE_MS = 95_000;

/** Codes of the hub's own range: connecting again the same way is of no use. */
export function isFinal(closeCode: number): boolean {
  return closeCode >= 4400 && closeCode < 4500;
}

/** One connection to the hub, from `welcome` until it closes. */
export class Link {
  private readonly bag = new Bag();
  private readonly messages = this.bag.add(new Emitter<Message>());
  /** What came right behind `welcome`, before anybody listened. */
  private early: Message[] | undefined = [];
  private readonly closings = this.bag.add(new Emitter<Closing>());
  private silence: Disposable | undefined;
  readonly onClosed = this.closings.event;

  private constructor(
    private readonly socket: WebSocket,
    readonly channel: string,
    readonly welcome: Message,
    private readonly timers: Timers,
  ) {
    socket.on('message', (bytes: Buffer) => {
      this.heard();
      const message = parseMessage(bytes.toString('utf8'));
      if (!message) return;
      if (this.early) this.early.push(message);
      else this.messages.fire(message);
    });
    socket.on('ping', () => this.heard());
    socket.on('error', () => undefined);
    socket.on('close', (code, reason) => {
      this.silence?.dispose();
      this.closings.fire({ code, reason: reason.toString('utf8') });
      this.bag.dispose();
    });
    this.heard();
  }

  /** Connect and say hello. `kind` is what this program calls itself before it has a channel of its own. */
  static open(endpoint: Endpoint, kind: string, hello: Data, timers: Timers = realTimers): Promise<Link> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(endpoint.url, {
        headers: { Authorization: `Bearer ${endpoint.token}` },
        handshakeTimeout: WELCOME_MS,
        maxPayload: MAX_MESSAGE_BYTES,
        perMessageDeflate: false,
        followRedirects: false,
      });
      let refusal: HubError | undefined;
      const timer = timers.after(WELCOME_MS, () => fail(new LinkError('the hub did not answer', false)));
      const fail = (error: LinkError) => {
        timer.dispose();
        socket.removeAllListeners();
        socket.on('error', () => undefined);
        socket.terminate();
        reject(error);
      };
      const greeting = createMessage('hello', kind, hello);
      socket.on('open', () => socket.send(JSON.stringify(greeting)));
      socket.on('unexpected-response', (_request, response) => {
        const status = response.statusCode ?? 0;
        fail(new LinkError(`HTTP ${status}`, status === 401 || status === 403, status === 401 ? 'unauthorized' : 'forbidden'));
      });
      socket.on('error', (error) => fail(new LinkError(error.message, false)));
      socket.on('close', (code, reason) =>
        fail(new LinkError(refusal?.message ?? (reason.toString('utf8') || `closed ${code}`), isFinal(code), refusal?.code)));
      socket.on('message', (bytes: Buffer) => {
        const message = parseMessage(bytes.toString('utf8'));
        if (message?.type === 'error') refusal = HubError.from(message.data);
        const channel = message?.type === 'welcome' ? text(message.data, 'channel') : undefined;
        if (!message || channel === undefined) return;
        timer.dispose();
        socket.removeAllListeners();
        resolve(new Link(socket, channel, message, timers));
      });
    });
  }

  /** Hear what comes, from `welcome` on. */
  onMessage(listener: (message: Message) => void): void {
    this.bag.add(this.messages.event(listener));
    const { early } = this;
    this.early = undefined;
    for (const message of early ?? []) this.messages.fire(message);
  }

  /** False when the connection is closing or the message is more than the hub takes. */
  send(message: Message): boolean {
    if (this.socket.readyState !== WebSocket.OPEN) return false;
    const bytes = JSON.stringify(message);
    if (Buffer.byteLength(bytes) > MAX_MESSAGE_BYTES) return false;
    this.socket.send(bytes);
    return true;
  }

  close(): void {
    this.socket.close(1000);
    const late = this.timers.after(1000, () => this.socket.terminate());
    this.socket.once('close', () => late.dispose());
  }

  private heard(): void {
    this.silence?.dispose();
    this.silence = this.timers.after(SILENCE_MS, () => this.socket.terminate());
  }
}
