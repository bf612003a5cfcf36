// SPDX-License-Identifier: MIT
// Edit the fields of a page in the editor of its user, by way of FlowScope on the same machine.

/** Whether there is a connection to FlowScope. */
export type Status = 'disconnected' | 'connecting' | 'connected' | 'waiting';

/**
 * Why a connection takes long, or is not there:
 * - `browser_asks`: the browser asks the user whether the page may reach programs of this machine
 * - `app_asks`: FlowScope asks the user whether it may speak to the page
 * - `blocked`: the user, or the browser, does not let the page reach programs of this machine
 * - `insecure`: the browser lets no page do that which came without https
 * - `policy`: the page's own Content-Security-Policy does not allow it
 * - `refused`: FlowScope does not speak to the page, or waits for the user to allow it
 * - `absent`: FlowScope does not run, or on another port
 * - `unsupported`: it is too old for this library
 * - `lost`: the connection broke
 * - `closed`: the page wants none
 */
export type Reason = 'browser_asks' | 'app_asks' | 'blocked' | 'insecure' | 'policy' | 'refused' | 'absent'
  | 'unsupported' | 'lost' | 'closed';

export interface StatusDetail {
  readonly reason?: Reason;
  /** How often it was tried in vain since the last connection, and in how many milliseconds it is tried again. */
  readonly attempt?: number;
  readonly delay?: number;
}

export interface Options {
  /** A label for people, never an identity. */
  userId?: string;
  /** Write to the console what comes and goes. */
  debug?: boolean;
  /** Where FlowScope is, as ws://127.0.0.1:31847/web-dev-sync/ws; found by itself when the library came from there. */
  url?: string;
  /** How often to try again before it is given up; Infinity if not given. */
  maxRetries?: number;
  onRetryAttempt?(attempt: number, delay: number): void;
  onConnectionRestored?(): void;
  onMaxRetriesExceeded?(): void;
}

/**
 * What becomes of a field:
 * - `idle`: nobody edits it
 * - `waiting`: it is edited as soon as there is a connection, and an editor
 * - `open`: it is open in an editor
 * - `conflict`: both sides changed the same words; both are kept, and FlowScope's window shows them
 * - `editor_failed`: there is no editor, or it did not start
 * - `editor_closed`: it was closed in the editor
 * - `not_kept`: the disk is full: what is typed reaches the editor, but would not survive a crash
 */
export type State = 'idle' | 'waiting' | 'open' | 'conflict' | 'editor_failed' | 'editor_closed' | 'not_kept';

export interface StateDetail {
  /** The error, as `EDITOR_NOT_FOUND`, and what to tell people. */
  readonly code?: string;
  readonly message?: string;
  /** The editor, for people. */
  readonly editor?: string;
}

export interface AttachOptions {
  /** What tells the field from others of the page, when neither id nor name does. */
  key?: string;
  title?: string;
  /** As a file name's end: `md`, `js`, `python`. */
  fileType?: string;
  /** FALSE: not yet; only when it was edited before the page was loaded again. */
  edit?: boolean;
  onState?(state: State, detail: StateDetail): void;
  /** The text was saved in the editor. */
  onSave?(text: string): void;
}

/** An error of the library, or of FlowScope: `NOT_EDITABLE`, `TEXT_TOO_LONG`, `HOST_DENIED`, ... */
export interface EditError extends Error {
  readonly code: string;
}

/** A field of the page. */
export interface Attachment {
  readonly element: Element | undefined;
  readonly state: State;
  /** Open it in the editor, or show the editor again. Asked twice within 300 ms it is one request. */
  edit(): Promise<void>;
  /** The text is edited no more, by anybody. */
  end(): void;
  /** Leave the text to the editor alone; edit joins it again. */
  detach(): void;
}

export interface CodeUpdate {
  readonly id: string;
  readonly code: string;
}

/**
 * A textarea, an input, an element with contenteditable, an editor (CodeMirror 5 or 6, Monaco, Ace), or an element in
 * or around one.
 */
export type Attachable = Element | object;

export class WebDevSync {
  constructor(userId?: string, debug?: boolean);
  constructor(options: Options);
  /** Connect, and again whenever the connection is lost. TRUE once there is one, FALSE when it is given up. */
  connect(): Promise<boolean>;
  disconnect(): void;
  isConnected(): boolean;
  /** Be told of the connection; the returned function ends that. */
  statusChange(callback: (status: Status, detail: StatusDetail) => void): () => void;
  /** Be told when text of editCodeSnippet was changed in the editor; the returned function ends that. */
  onCodeUpdate(callback: (update: CodeUpdate) => void): () => void;
  /** Edit a text that stands in no field; another text for the same id replaces it. */
  editCodeSnippet(id: string, code: string, type?: string): Promise<void>;
  /** Edit a field both ways, live. Connects when there is no connection. */
  attach(target: Attachable, options?: AttachOptions): Attachment;
  /** Let go of everything. */
  destroy(): void;
}

/**
 * Bind each `.external-editor-btn` of the page, those that come later too: a click edits the field whose id is in
 * `data-textarea-id`, as `data-file-type` says. The button's `data-state` is the state of the field.
 */
export function auto(options?: Options): WebDevSync;

export default WebDevSync;
