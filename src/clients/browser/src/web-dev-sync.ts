// SPDX-License-Identifier: MIT
import type { CodeUpdate, Options, Status, StatusDetail, WebDevSync as Public } from '../web-dev-sync';
import { createConnection } from './connection';
import type { End } from './events';
import { codedError, createField, type Field, type Line } from './field';
import { createSnippet, type Snippet } from './snippet';
import { findTarget } from './targets/find';

/** What a script of the page writes comes without an event; it is found this often. */
const LOOK_MS = 1000;

/** Whom to tell of something. */
type Listeners<T extends unknown[]> = Set<(...what: T) => void>;

/** Adds a listener to others. */
function addTo<T extends unknown[]>(listeners: Listeners<T>): (listener: (...what: T) => void) => End {
  return (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
}

export class WebDevSync implements Public {
  declare readonly connect: () => Promise<boolean>;
  declare readonly disconnect: () => void;
  declare readonly isConnected: () => boolean;
  declare readonly statusChange: Public['statusChange'];
  declare readonly onCodeUpdate: Public['onCodeUpdate'];
  declare readonly editCodeSnippet: Public['editCodeSnippet'];
  declare readonly attach: Public['attach'];
  declare destroy: () => void;

  constructor(options: Options | string = {}, debug = false) {
    const fields = new Set<Field>();
    const asked = new Map<unknown, Field>();
    const snippets = new Map<string, [Snippet, Field]>();
    const statusListeners: Listeners<[Status, StatusDetail]> = new Set();
    const codeListeners: Listeners<[CodeUpdate]> = new Set();
    let requests = 0;
    let timer: ReturnType<typeof setInterval> | undefined;

    const { isOpen, open, close, send } = createConnection(typeof options === 'string' ? { userId: options, debug } : options, {
      status: (...what) => statusListeners.forEach((listener) => listener(...what)),
      opened: () => fields.forEach((field) => field.join()),
      closed() {
        asked.clear();
        fields.forEach((field) => field.lose());
      },
      received(type, payload) {
        const { requestId, editId } = payload;
        const field = asked.get(requestId) ?? [...fields].find((one) => editId && one.editId() === editId);
        asked.delete(requestId);
        field?.receive(type, payload);
      },
    });

    const line: Line = {
      isOpen,
      open,
      send,
      request(field, payload) {
        requests += 1;
        const requestId = `${requests}`;
        asked.set(requestId, field);
        send('edit_request', { requestId, ...payload });
      },
      use(field, isInUse) {
        if (isInUse) fields.add(field);
        else fields.delete(field);
        clearInterval(timer);
        if (fields.size) timer = setInterval(() => fields.forEach((one) => one.look()), LOOK_MS);
      },
    };

    this.connect = open;
    this.disconnect = close;
    this.isConnected = isOpen;
    this.statusChange = addTo(statusListeners);
    this.onCodeUpdate = addTo(codeListeners);
    this.editCodeSnippet = (id, code, fileType) => {
      let known = snippets.get(id);
      if (!known) {
        const snippet = createSnippet((text) => codeListeners.forEach((listener) => listener({ id, code: text })));
        known = [snippet, createField(snippet, line, { key: id, fileType })];
        snippets.set(id, known);
      }
      known[0].set(code);
      return known[1].edit();
    };
    this.attach = (target, given = {}) => {
      const found = findTarget(target);
      if (!found) throw codedError('NOT_EDITABLE');
      const field = createField(found, line, given);
      // Who wants to know how it went calls edit.
      if (given.edit !== false || field.isMarked()) field.edit().catch(() => undefined);
      return field;
    };
    this.destroy = () => {
      fields.forEach((field) => field.detach());
      close();
      snippets.clear();
      statusListeners.clear();
      codeListeners.clear();
    };
  }
}
