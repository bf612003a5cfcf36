// SPDX-License-Identifier: MIT
import { TextClient, type Update } from '../../text/client';
import { changes, toCharacters } from '../../text/operation';
import type { Attachment, AttachOptions, State, StateDetail } from '../web-dev-sync';
import { after, endAll, listen, type End } from './events';
import { clean, describe, randomId, remember } from './page';
import type { Target } from './targets/target';

const ONE_REQUEST_MS = 300;
/** When the hub has too much to do. */
const LATER_MS = 3000;
/** What is longer need not even be sent; the hub counts bytes. */
const MAX_TEXT = 4 << 20;

/** An error with a code that programs can tell. */
export function codedError(code: string, message = code): Error {
  return Object.assign(new Error(message), { code });
}

/** What a field needs of the library. */
export interface Line {
  isOpen(): boolean;
  open(): Promise<boolean>;
  /** Send, and hand the answer to the field. */
  request(field: Field, payload: object): void;
  send(type: string, payload: object): void;
  /** A field is in use, or is not. */
  use(field: Field, isInUse: boolean): void;
}

/** Everything that the hub may say of one text. */
interface Answer extends Update {
  readonly editId: string;
  readonly state?: State;
  readonly code?: string;
  readonly message?: string;
  readonly editor?: { readonly name: string } | null;
}

/** A field of the page and its text in the hub. */
export interface Field extends Attachment {
  editId(): string | undefined;
  /** Whether it was edited when the page was loaded again. */
  isMarked(): boolean;
  /** Ask the hub for it, first or after the connection was lost. */
  join(): void;
  /** The connection is gone. */
  lose(): void;
  /** See whether the page's text is another, and whether it is still there. */
  look(): void;
  receive(type: string, payload: any): void;
}

export function createField(target: Target, line: Line, options: AttachOptions): Field {
  const client = randomId();
  const { element } = target;
  const field = describe(element, target.kind, options.key);
  const mark = `web-dev-sync ${JSON.stringify(field)}`;
  const ends: End[] = [];
  let state: State = 'idle';
  let editId: string | undefined;
  let text: TextClient | undefined;
  let asked = 0;
  let isAnswered = true;
  let answered: Promise<void>;
  let settle: (error?: Error) => void;
  let isLookPlanned = false;
  let isComposing = false;
  let held: Answer[] = [];

  const become = (next: State, detail: StateDetail) => {
    state = next;
    options.onState?.(next, detail);
  };

  const look = () => {
    isLookPlanned = false;
    if (text && !isComposing) text.replace(clean(target.read()));
  };

  const cursor = () => {
    const [start, end] = target.caret?.()?.map((at) => toCharacters(text!.text, at)) ?? [];
    return start === undefined ? undefined : { start, end };
  };

  const stop = (detail: StateDetail) => {
    endAll(ends);
    text = editId = undefined;
    isAnswered = true;
    held = [];
    line.use(self, false);
    become('idle', detail);
  };

  /** The hub has it no more, or did not take it. */
  const close = (code?: string, message?: string) => {
    remember(mark, false);
    settle(code ? codedError(code, message) : undefined);
    stop({ code, message });
  };

  const leave = (end: boolean) => {
    if (!text) return;
    look();
    if (end) remember(mark, false);
    if (editId && line.isOpen()) line.send('edit_closed', { editId, client, end });
    settle();
    stop({});
  };

  const join = () => {
    look();
    const { text: whole, revision, pending } = text!.join();
    line.request(self, {
      client, text: whole, field, title: options.title ?? document.title, url: location.href, fileType: options.fileType,
      selection: cursor(), focus: !isAnswered,
      resume: editId && { editId, revision, pending },
    });
  };

  const take = (answer: Answer) => {
    look();
    editId = answer.editId;
    if (!text!.receive(answer)) {
      join();
      return;
    }
    const { state: told = isAnswered ? undefined : 'open', code, message, editor } = answer;
    if (told) become(told, { code: code?.toUpperCase(), message, editor: editor?.name });
    if (answer.text !== undefined || answer.ops) {
      isAnswered = true;
      remember(mark, true);
      settle();
    }
  };

  const watch = () => {
    // Editors say several things of one change.
    const changed = () => {
      if (isLookPlanned) return;
      isLookPlanned = true;
      queueMicrotask(look);
    };
    ends.push(target.watch(changed));
    if (!element) return;
    // An input method would lose what it is at.
    ends.push(listen(element, 'compositionstart', () => {
      isComposing = true;
    }), listen(element, 'compositionend', () => {
      isComposing = false;
      look();
      for (const answer of held.splice(0)) self.receive('', answer);
    }));
  };

  const self: Field = {
    element,
    get state() {
      return state;
    },
    editId: () => editId,
    isMarked: () => remember(mark),
    // One that was taken out of the page is left.
    look: () => element && !element.isConnected ? leave(false) : look(),
    join,
    lose: () => text!.leave(),
    end: () => leave(true),
    detach: () => leave(false),
    edit() {
      if (!isAnswered || (text && Date.now() - asked < ONE_REQUEST_MS)) return answered;
      const whole = clean(target.read());
      if (whole.length > MAX_TEXT) return Promise.reject(codedError('TEXT_TOO_LONG'));
      asked = Date.now();
      isAnswered = false;
      answered = new Promise((resolve, reject) => {
        settle = (error) => error ? reject(error) : resolve();
      });
      if (!text) {
        text = new TextClient(whole, {
          send: (pending) => line.send('code_update', { editId, client, ...pending, cursor: cursor() }),
          changed(op, before) {
            try {
              target.write(changes(op, before), text!.text);
            } catch (error) {
              // What stands there is not what was meant: it must not be taken for the user's own.
              line.send('edit_closed', { editId, client });
              close('FAILED', `${error}`);
            }
          },
        });
        watch();
        line.use(self, true);
      }
      become('waiting', {});
      if (line.isOpen()) join();
      else void line.open();
      return answered;
    },
    receive(type, payload) {
      if (!text) {
        // It was not wanted any more when the hub opened it.
        line.send('edit_closed', { editId: payload.editId, client, end: true });
      } else if (type === 'error' && /^(BUSY|TOO_MANY_R)/.test(payload.code)) {
        after(ends, LATER_MS, join);
      } else if (type === 'error') {
        close(payload.code, payload.message);
      } else if (type === 'edit_closed') {
        close(undefined, payload.reason);
      } else if (type === 'edit_saved') {
        element?.dispatchEvent(new Event('change', { bubbles: true }));
        options.onSave?.(target.read());
      } else if (isComposing) {
        held.push(payload);
      } else {
        take(payload);
      }
    },
  };
  return self;
}
