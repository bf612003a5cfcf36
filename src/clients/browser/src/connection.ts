// SPDX-License-Identifier: MIT
import type { Options, Reason, Status, StatusDetail } from '../web-dev-sync';
import { after, endAll, listen, type End } from './events';
import { randomId } from './page';
import { whoAsks, whyClosed } from './permission';

const FIRST_MS = 1000;
const MOST_MS = 30_000;
/** Longer than browser and hub together wait for their user's word. */
const OPEN_MS = 180_000;
/** Somebody is being asked when it takes longer than this. */
const ASKED_MS = 700;
const PROTOCOL = 2;
const PATH = '/web-dev-sync/ws';

declare const VERSION: string;

let library = '';

/** Where the library was loaded from; the hub that it came from is the one to speak to. */
export function setLibraryUrl(url: string | undefined): void {
  library = url ?? '';
}

/** Where the hub may be: it also listens on the port that such libraries have always used. */
function urlsOf({ url }: Options): string[] {
  const own = /^http(s?:\/\/[^/]+)\/web-dev-sync\//.exec(library);
  return url ? [url] : own ? [`ws${own[1]}${PATH}`] : [31847, 8071].map((port) => `ws://127.0.0.1:${port}${PATH}`);
}

/** Whom a connection tells. */
export interface Listener {
  opened(): void;
  received(type: string, payload: any): void;
  closed(): void;
  status(status: Status, detail: StatusDetail): void;
}

/** One WebSocket to the hub at a time, opened again as long as it is wanted. */
export interface Connection {
  isOpen(): boolean;
  /** TRUE once it is open, FALSE when it is given up. */
  open(): Promise<boolean>;
  close(): void;
  send(type: string, payload: unknown): void;
}

export function createConnection(options: Options, listener: Listener): Connection {
  const urls = urlsOf(options);
  const sessionId = randomId();
  let connectionId: unknown;
  let status: Status = 'disconnected';
  let wasOpen = false;
  let attempt = 0;
  let place = 0;
  let socket: WebSocket | undefined;
  /** Of the try that is under way, or of the wait for the next one. */
  const ends: End[] = [];
  let opening: Promise<boolean> | undefined;
  let finish: ((isOpen: boolean) => void) | undefined;

  const log = (...what: unknown[]) => options.debug && console.debug('[web-dev-sync]', ...what);
  const isOpen = () => status === 'connected';
  const say = (next: Status, detail: StatusDetail) => {
    status = next;
    log(next, detail);
    listener.status(next, detail);
  };
  const send = (type: string, payload: unknown) => {
    log(type, payload);
    socket!.send(JSON.stringify({ type, connectionId, userId: options.userId, sessionId, payload }));
  };

  const close = (reason: Reason) => {
    const wasConnected = isOpen();
    opening = undefined;
    wasOpen = false;
    endAll(ends);
    say('disconnected', { reason });
    if (wasConnected) listener.closed();
    finish?.(false);
  };

  const wait = (reason: Reason) => {
    if (attempt >= (options.maxRetries ?? Infinity)) {
      close(reason);
      options.onMaxRetriesExceeded?.();
      return;
    }
    attempt += 1;
    place += 1;
    // Many pages find the hub gone in the same moment; they come back one after the other.
    const delay = Math.round(Math.min(MOST_MS, FIRST_MS * 2 ** attempt) * (1 + Math.random()) / 2);
    after(ends, delay, start);
    say('waiting', { reason, attempt, delay });
    options.onRetryAttempt?.(attempt, delay);
  };

  const lose = async (why: Reason | Promise<Reason>) => {
    const wasConnected = isOpen();
    endAll(ends);
    status = 'waiting';
    if (wasConnected) listener.closed();
    let isOver = false;
    ends.push(() => {
      isOver = true;
    });
    const reason = await why;
    if (!isOver) wait(reason);
  };

  const receive = (message: any) => {
    log(message);
    const { type, payload } = message;
    if (type !== 'connection_ack') {
      listener.received(type, payload ?? {});
    } else if (payload.protocol !== PROTOCOL) {
      close('unsupported');
    } else {
      connectionId = message.connectionId;
      attempt = 0;
      say('connected', {});
      listener.opened();
      finish?.(true);
      if (wasOpen) options.onConnectionRestored?.();
      wasOpen = true;
    }
  };

  function start(): void {
    endAll(ends);
    say('connecting', {});
    const url = urls[place % urls.length]!;
    const isConnecting = () => status === 'connecting';
    const fail = () => lose(isOpen() ? 'lost' : whyClosed(url));
    ends.push(listen(document, 'securitypolicyviolation', ({ blockedURI }: SecurityPolicyViolationEvent) => {
      // Then the socket is not even closed.
      if (isConnecting() && blockedURI.startsWith('ws')) lose('policy');
    }));
    try {
      socket = new WebSocket(url);
    } catch {
      lose('blocked');
      return;
    }
    const own = socket;
    ends.push(() => {
      own.onopen = own.onmessage = own.onclose = null;
      own.close();
    });
    after(ends, ASKED_MS, async () => {
      const reason = await whoAsks();
      if (!own.readyState) say(status, { reason });
    });
    after(ends, OPEN_MS, () => isConnecting() && fail());
    own.onopen = () => send('browser_connect', { protocol: PROTOCOL, version: VERSION, url: location.href });
    own.onmessage = ({ data }) => receive(JSON.parse(data));
    own.onclose = ({ code }) => {
      // The hub says so for good.
      if (/^44/.test(`${code}`)) close('refused');
      else fail();
    };
  }

  return {
    isOpen,
    send,
    close: () => close('closed'),
    open() {
      if (!opening) {
        opening = new Promise((resolve) => {
          finish = resolve;
        });
        attempt = 0;
      }
      // Whoever asks for it waits no longer.
      if (!isOpen() && status !== 'connecting') start();
      return opening;
    },
  };
}
