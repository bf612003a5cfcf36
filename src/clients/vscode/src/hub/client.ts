// SPDX-License-Identifier: MIT
import { Bag, Emitter, type Disposable } from '../base/emitter';
import { reason, silent, type Log } from '../base/log';
import { realTimers, type Timers } from '../base/timers';
import { HubError } from '../protocol/hub-error';
import { createMessage, integer, record, text, type Data, type Message, type Options } from '../protocol/message';
import { Backoff } from './backoff';
import type { DeliveryLog } from './delivery';
import { isFinal, Link, LinkError, type Closing, type Endpoint } from './link';
import type { Outbox } from './outbox';
import { Postman } from './postman';
import { Requests } from './requests';

export type Found = ({ readonly kind: 'hub' } & Endpoint) | { readonly kind: 'unpaired'; readonly port: number } | { readonly kind: 'none' };

export type State =
  | { readonly kind: 'offline' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected'; readonly channel: string; readonly version: string }
  | { readonly kind: 'unpaired'; readonly port: number }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

export interface ClientOptions {
  /** Look for the hub. */
  find(): Promise<Found>;
  /** What `hello` says of this window at this moment. */
  hello(): Data;
  /** What goes into `metadata` of each message: which workspace and session it is about. */
  metadata(): Data;
  readonly kind: string;
  readonly delivery: DeliveryLog;
  readonly outbox: Outbox;
  readonly log?: Log;
  readonly timers?: Timers;
  readonly backoff?: Backoff;
}

export type Handler = (message: Message) => void | Promise<void>;

const REQUEST_MS = 10_000;

/** Says that a message was not handled: the hub then keeps it where people see it, instead of forgetting it. */
function unsupported(message: Message): Data {
  return { code: 'unsupported', message: `this editor cannot handle ${message.type}`, in_reply_to: message.id };
}

/** The hub is not there to answer. */
function disconnection(message: Message): Message {
  const data = { code: 'disconnected', message: 'FlowScope is not connected' };
  return createMessage('error', 'desktop_app/hub', data, { reply_to: message.id });
}

/** Stays connected to the hub for as long as the window lives, and knows what to do with what comes. */
export class HubClient implements Disposable {
  private readonly bag = new Bag();
  private readonly states = this.bag.add(new Emitter<State>());
  private readonly welcomes = this.bag.add(new Emitter<Message>());
  private readonly refusals = this.bag.add(new Emitter<{ id: string | undefined; error: HubError }>());
  private readonly handlers = new Map<string, Handler>();
  private readonly requests: Requests;
  private readonly postman: Postman;
  private readonly backoff: Backoff;
  private readonly timers: Timers;
  private readonly log: Log;
  private link: Link | undefined;
  private pause: Disposable | undefined;
  private trying = false;
  private again = false;
  private ended = false;
  private current: State = { kind: 'connecting' };
  private incoming: Promise<void> = Promise.resolve();
  readonly onState = this.states.event;
  readonly onWelcome = this.welcomes.event;
  /** A message for whose answer nobody waits was refused. */
  readonly onRefused = this.refusals.event;

  constructor(private readonly options: ClientOptions) {
    this.timers = options.timers ?? realTimers;
    this.log = options.log ?? silent;
    this.backoff = options.backoff ?? new Backoff();
    this.requests = new Requests(this.timers);
    this.postman = this.bag.add(new Postman(options.outbox, this.timers, this.log));
  }

  get state(): State {
    return this.current;
  }

  /** What is done when a message of a type comes. One for each type. */
  handle(type: string, handler: Handler): void {
    this.handlers.set(type, handler);
  }

  /** Try now, whatever the pause between tries: something has changed, or the user wants it. */
  wake(): void {
    if (this.link || this.ended) return;
    this.backoff.reset();
    this.pause?.dispose();
    this.pause = undefined;
    if (this.trying) this.again = true;
    else void this.attempt();
  }

  /** Leave this connection and find the hub again, for example with another token. */
  restart(): void {
    if (this.link) this.link.close();
    else this.wake();
  }

  /** Send if the hub is there. */
  send(type: string, data: Data, options: Options = {}): boolean {
    return this.link !== undefined && this.link.send(this.make(type, data, options));
  }

  /** Send and wait for the answer. Rejects with a HubError: the hub's own, `timeout`, or `disconnected`. */
  request(type: string, data: Data, options: Options = {}, milliseconds = REQUEST_MS): Promise<Message> {
    const link = this.link;
    if (!link) return Promise.reject(new HubError('disconnected', 'FlowScope is not connected'));
    const message = this.make(type, data, options);
    const answer = this.requests.wait(message.id, milliseconds);
    if (!link.send(message)) this.requests.fail(new HubError('disconnected', 'FlowScope is not connected'));
    return answer;
  }

  /** Send and hear the answer at once, before anything else that comes. */
  ask(type: string, data: Data, answered: (message: Message) => void, failed: (error: HubError) => void): void {
    const message = this.make(type, data, {});
    this.requests.expect(message.id, REQUEST_MS, answered, failed);
    if (!this.link?.send(message)) this.requests.answer(disconnection(message));
  }

  /** Hand over at least once: kept on the disk until the hub has stored it, whether it is there or not. */
  async deliver(type: string, data: Data): Promise<void> {
    await this.options.outbox.put(type, data, this.options.metadata());
    this.postman.work();
  }

  dispose(): void {
    this.ended = true;
    this.pause?.dispose();
    this.link?.close();
    this.requests.fail(new HubError('disconnected', 'the window closes'));
    this.bag.dispose();
  }

  // --- Connecting ---------------------------------------------------------------------------------------------------

  private async attempt(): Promise<void> {
    this.trying = true;
    do {
      this.again = false;
      await this.connect();
    } while (this.again && !this.link && !this.ended);
    this.trying = false;
  }

  private async connect(): Promise<void> {
    let found: Found;
    try {
      found = await this.options.find();
    } catch (error) {
      this.log.warn(`looking for the hub: ${reason(error)}`);
      found = { kind: 'none' };
    }
    if (this.ended) return;
    if (found.kind !== 'hub') {
      this.become(found.kind === 'none' ? { kind: 'offline' } : found);
      this.later();
      return;
    }
    this.become({ kind: 'connecting' });
    try {
      const link = await Link.open(found, this.options.kind, this.options.hello(), this.timers);
      if (this.ended) link.close();
      else this.joined(link);
    } catch (error) {
      this.refused(error);
    }
  }

  private refused(error: unknown): void {
    if (this.ended) return;
    this.log.warn(`connecting: ${reason(error)}`);
    if (error instanceof LinkError && error.final) {
      // Whatever changes next (another hub, a new token, the user's wish) wakes this up again.
      this.become({ kind: 'refused', code: error.code ?? 'refused', message: error.message });
      return;
    }
    this.become({ kind: 'offline' });
    this.later();
  }

  private later(): void {
    if (this.ended || this.again) return;
    this.pause?.dispose();
    this.pause = this.timers.after(this.backoff.next(), () => {
      this.pause = undefined;
      if (!this.trying) void this.attempt();
    });
  }

  private joined(link: Link): void {
    this.link = link;
    this.backoff.reset();
    const delivery = record(link.welcome.data, 'delivery') ?? {};
    this.options.delivery.meet(text(delivery, 'epoch') ?? '', integer(delivery, 'seq') ?? 0);
    link.onClosed((closing) => this.left(link, closing));
    const version = text(record(link.welcome.data, 'hub') ?? {}, 'version') ?? '';
    this.log.info(`connected as ${link.channel}, FlowScope ${version}`);
    this.become({ kind: 'connected', channel: link.channel, version });
    this.welcomes.fire(link.welcome);
    link.onMessage((message) => this.receive(link, message));
    this.postman.start((waiting) =>
      link.send(createMessage(waiting.type, link.channel, waiting.data,
        { id: waiting.id, ack: true, ...(waiting.metadata ? { metadata: waiting.metadata } : {}) })));
  }

  private left(link: Link, closing: Closing): void {
    if (this.link !== link) return;
    this.link = undefined;
    this.postman.stop();
    this.requests.fail(new HubError('disconnected', 'FlowScope went away'));
    this.log.info(`disconnected: ${closing.code} ${closing.reason}`);
    if (this.ended) return;
    if (isFinal(closing.code)) {
      const code = closing.code === 4409 ? 'replaced' : closing.code === 4401 ? 'unauthorized' : 'refused';
      this.become({ kind: 'refused', code, message: closing.reason });
      return;
    }
    this.become({ kind: 'offline' });
    this.later();
  }

  private become(state: State): void {
    if (JSON.stringify(state) === JSON.stringify(this.current)) return;
    this.current = state;
    this.states.fire(state);
  }

  // --- Messages -----------------------------------------------------------------------------------------------------

  private make(type: string, data: Data, options: Options): Message {
    const metadata = { ...this.options.metadata(), ...options.metadata };
    const more = Object.keys(metadata).length > 0 ? { ...options, metadata } : options;
    return createMessage(type, this.link?.channel ?? this.options.kind, data, more);
  }

  private receive(link: Link, message: Message): void {
    if (message.type === 'ping') {
      link.send(this.make('pong', message.data, { reply_to: message.id, target: message.source }));
      return;
    }
    if (this.postman.answer(message) || this.requests.answer(message) || message.type === 'ack') return;
    if (message.type === 'error') {
      const error = HubError.from(message.data);
      this.log.warn(`the hub says: ${error.advice}`);
      this.refusals.fire({ id: message.reply_to ?? text(message.data, 'in_reply_to'), error });
      return;
    }
    // Stored messages are handled one after the other, as they were numbered.
    if (message.ack || message.seq !== undefined) this.incoming = this.incoming.then(() => this.handleStored(link, message));
    else void this.run(message);
  }

  private async handleStored(link: Link, message: Message): Promise<void> {
    const { delivery } = this.options;
    if (!this.handlers.has(message.type)) {
      link.send(this.make('error', unsupported(message), { reply_to: message.id, target: message.source }));
      return;
    }
    try {
      if (!delivery.isHandled(message)) {
        await this.run(message);
        await delivery.handled(message);
      }
      link.send(this.make('ack', { id: message.id }, { reply_to: message.id }));
    } catch (error) {
      // Not acknowledged: the hub sends it again.
      this.log.error(`keeping what was handled: ${reason(error)}`);
    }
  }

  private async run(message: Message): Promise<void> {
    const handler = this.handlers.get(message.type);
    try {
      if (handler) await handler(message);
      else this.log.info(`nothing to do for a message of type ${message.type}`);
    } catch (error) {
      this.log.error(`${message.type}: ${reason(error)}`);
    }
  }
}
