// SPDX-License-Identifier: MIT
import * as vscode from 'vscode';
import { Bag, type Disposable } from '../base/emitter';
import { plain, t } from '../base/l10n';
import { reason, type Log } from '../base/log';
import { realTimers } from '../base/timers';
import type { Config } from '../config';
import type { HubClient, State } from '../hub/client';
import { HubError } from '../protocol/hub-error';
import { text, type Data, type Message } from '../protocol/message';
import { Cursors } from './cursors';
import { EditBar } from './edit-bar';
import { editIdOf, EditDocument, SCHEME } from './edit-document';
import { readEditRequest, type EditRequest } from './edit-message';
import { EditSession, type Record } from './edit-session';
import { EditStore } from './edit-store';
import { languageOf } from './name';
import { EditFiles } from './provider';

const HUB = 'desktop_app/hub';

/** The texts of pages that are edited in this window. */
export class Edits implements Disposable {
  private readonly bag = new Bag();
  private readonly documents = new Map<string, EditDocument>();
  private readonly files: EditFiles;
  private readonly bar: EditBar;
  private readonly cursors: Cursors;
  private readonly store: EditStore;
  private opening: Promise<void> = Promise.resolve();
  private readonly warned = new Set<string>();

  constructor(
    private readonly client: HubClient,
    private readonly config: Config,
    private readonly log: Log,
    store: EditStore,
  ) {
    this.files = this.bag.add(new EditFiles((uri) => this.find(uri)));
    this.bar = this.bag.add(new EditBar());
    this.cursors = this.bag.add(new Cursors());
    this.store = this.bag.add(store);
    this.hear();
    this.watch();
  }

  /** Go on with what was edited before. */
  async start(): Promise<void> {
    for (const record of await this.store.all(Date.now())) {
      const document = this.resume(record);
      document.isForgotten = !document.isOpen;
    }
  }

  /** The window closes: its texts stay open for when it is back. */
  async close(): Promise<void> {
    await this.store.flush();
    for (const { session } of this.documents.values()) session.dispose();
    this.bag.dispose();
  }

  dispose(): void {
    void this.close();
  }

  /** The text in front. */
  get active(): EditDocument | undefined {
    return this.of(vscode.window.activeTextEditor?.document);
  }

  async step(what: 'undo' | 'redo'): Promise<void> {
    await this.active?.step(what);
  }

  /** Show the text in front in FlowScope's own window. */
  async show(document = this.active): Promise<void> {
    if (!document) return;
    try {
      await this.client.request('focus_trace', { editId: document.session.editId }, { ack: true });
    } catch (error) {
      const failure = error instanceof HubError ? error : new HubError('failed', reason(error));
      void vscode.window.showWarningMessage(failure.code === 'disconnected'
        ? t('FlowScope is not running, so it cannot show the text.') : plain(failure.advice));
    }
  }

  /** The user ends editing the text in front, for the page too. */
  async end(): Promise<void> {
    const { active } = this;
    if (!active) return;
    if (active.isDirty && !(await vscode.workspace.save(active.uri))) return;
    active.session.leave(true);
  }

  // --- The hub ------------------------------------------------------------------------------------------------------

  private hear(): void {
    const { client } = this;
    client.handle('edit_request', (message) => this.asked(message));
    client.handle('edit_update', ({ data }) => this.sessionOf(data)?.update(data));
    client.handle('edit_saved', () => undefined);
    client.handle('edit_closed', ({ data }) => this.sessionOf(data)?.end(text(data, 'reason') ?? ''));
    this.bag.add(client.onState((state) => this.changed(state)));
    this.bag.add(client.onRefused(({ id, error }) => {
      for (const { session } of this.documents.values()) if (session.sent(id)) session.refused(error);
    }));
  }

  private sessionOf(data: Data): EditSession | undefined {
    return this.documents.get(text(data, 'editId') ?? '')?.session;
  }

  private changed(state: State): void {
    for (const { session } of [...this.documents.values()]) {
      if (state.kind === 'connected') session.join();
      else session.lost();
    }
  }

  /** `edit_request`: answers that the text is open, or says why not. */
  private async asked(message: Message): Promise<void> {
    const reply = { reply_to: message.id, target: message.source };
    try {
      if (message.source !== HUB) throw new HubError('forbidden', 'only the hub hands out texts');
      if (!this.config.editing) throw new HubError('declined', t('Editing texts of pages is switched off in this editor.'));
      const request = readEditRequest(message.data);
      const document = this.take(request);
      await this.inTurn(() => this.open(document, request));
      this.client.send('edit_update', document.session.opened, reply);
    } catch (error) {
      const failure = error instanceof HubError ? error : new HubError('failed', reason(error));
      this.log.warn(`edit_request: ${failure.message}`);
      this.client.send('error', { code: failure.code, message: failure.message, in_reply_to: message.id, original: { type: message.type } }, reply);
    }
  }

  private take(request: EditRequest): EditDocument {
    const open = this.documents.get(request.editId);
    if (!open || open.session.standing === 'ended') return this.add(EditSession.begin(request, this.client, realTimers));
    open.session.renew(request.client);
    return open;
  }

  /** The editor gives up showing one document when it is to show another at the same time. */
  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.opening.then(work);
    this.opening = done.catch(() => undefined);
    return done;
  }

  private async open(edited: EditDocument, request: EditRequest): Promise<void> {
    const document = await vscode.workspace.openTextDocument(edited.uri);
    const language = languageOf(edited.session.origin, this.config.editLanguages);
    if (language && language !== document.languageId && (await vscode.languages.getLanguages()).includes(language)) {
      await vscode.languages.setTextDocumentLanguage(document, language);
    }
    const selection = request.cursor && edited.range(document, request.cursor);
    await vscode.window.showTextDocument(document, { preview: false, ...(selection && { selection }) });
    this.update(edited);
  }

  // --- Sessions -----------------------------------------------------------------------------------------------------

  private add(session: EditSession): EditDocument {
    const before = this.documents.get(session.editId);
    if (before) this.forget(before);
    const document = new EditDocument(session, this.files.anew);
    this.documents.set(session.editId, document);
    session.onChange(() => this.update(document));
    session.onCursors(() => this.cursors.draw(document));
    this.store.put(session);
    const open = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === document.uri.toString());
    if (open) document.attach(open);
    return document;
  }

  private resume(record: Record): EditDocument {
    const open = this.documents.get(record.editId);
    if (open) return open;
    const document = this.add(new EditSession(record, this.client, realTimers));
    if (this.client.state.kind === 'connected') document.session.join();
    return document;
  }

  private async find(uri: vscode.Uri): Promise<EditDocument | undefined> {
    const editId = editIdOf(uri) ?? '';
    const open = this.documents.get(editId);
    if (open) return open;
    const record = /^[\w-]+$/.test(editId) ? await this.store.get(editId) : undefined;
    return record && this.resume(record);
  }

  /** Something of a session changed. */
  private update(document: EditDocument): void {
    const { session } = document;
    if (this.documents.get(session.editId) !== document) return;
    if (session.standing === 'ended') void this.ended(document);
    else this.store.put(session);
    if (document.isForgotten && session.standing === 'live' && session.isSettled) void this.offer(document);
    if (session.hasConflict && !this.warned.has(session.editId)) void this.warn(document);
    if (!session.hasConflict) this.warned.delete(session.editId);
    if (document === this.active) this.bar.update(document);
  }

  /** A window that crashed had it and does not show it again: what was typed is handed over by now, and the user asked. */
  private async offer(document: EditDocument): Promise<void> {
    document.isForgotten = false;
    if (tabsOf(document.uri).length > 0) return;
    const open = t('Open');
    const answer = await vscode.window.showInformationMessage(t('{0} was edited here before the editor was closed.', document.name), open);
    if (answer === open) await vscode.window.showTextDocument(document.uri, { preview: false });
    else if (tabsOf(document.uri).length === 0) document.session.leave(false);
  }

  private async ended(document: EditDocument): Promise<void> {
    const { session } = document;
    if (document.isEnding) return;
    document.isEnding = true;
    this.store.remove(session);
    if (tabsOf(document.uri).length === 0) {
      this.forget(document);
      return;
    }
    if (!document.isDirty && !session.hasOwn) {
      await this.closeTabs(document);
      return;
    }
    const keep = t('Keep as New File');
    const answer = await vscode.window.showWarningMessage(t('{0} is edited no more.', document.name), keep);
    if (answer === keep) await this.keep(document);
  }

  /** What is in the document, in one that belongs to nobody else. */
  private async keep({ text: content, language }: EditDocument): Promise<void> {
    const copy = await vscode.workspace.openTextDocument({ content, ...(language ? { language } : {}) });
    await vscode.window.showTextDocument(copy, { preview: false });
  }

  private async warn(document: EditDocument): Promise<void> {
    this.warned.add(document.session.editId);
    const show = t('Show in FlowScope');
    const answer = await vscode.window.showWarningMessage(
      t('Both sides changed the same words of {0}. Both versions are kept.', document.name), show);
    if (answer === show) await this.show(document);
  }

  private async closeTabs({ uri }: EditDocument): Promise<void> {
    await vscode.window.tabGroups.close(tabsOf(uri), true);
  }

  private forget(document: EditDocument): void {
    this.documents.delete(document.session.editId);
    document.dispose();
    document.session.dispose();
  }

  // --- The window ---------------------------------------------------------------------------------------------------

  private watch(): void {
    const { bag } = this;
    const of = (document: vscode.TextDocument) => this.of(document);
    bag.add(vscode.workspace.onDidOpenTextDocument((document) => of(document)?.attach(document)));
    bag.add(vscode.workspace.onDidCloseTextDocument((document) => {
      // It also closes and opens when its language changes.
      if (document.isClosed) of(document)?.detach();
    }));
    bag.add(vscode.workspace.onDidChangeTextDocument((event) => {
      of(event.document)?.changed(event);
      this.bar.update(this.active);
    }));
    bag.add(vscode.workspace.onDidSaveTextDocument((document) => {
      of(document)?.saved();
      this.bar.update(this.active);
    }));
    bag.add(vscode.window.onDidChangeTextEditorSelection(({ textEditor, kind }) => {
      of(textEditor.document)?.selected(textEditor, kind);
    }));
    bag.add(vscode.window.onDidChangeActiveTextEditor(() => this.bar.update(this.active)));
    bag.add(vscode.window.onDidChangeVisibleTextEditors((editors) => {
      for (const document of new Set(editors.map((editor) => of(editor.document)))) if (document) this.cursors.draw(document);
    }));
    bag.add(vscode.window.tabGroups.onDidChangeTabs(({ closed }) => this.closed(closed)));
  }

  private of(document: vscode.TextDocument | undefined): EditDocument | undefined {
    const edited = document && this.documents.get(editIdOf(document.uri) ?? '');
    // A text that got another title since is shown by another document.
    return edited && edited.uri.toString() === document.uri.toString() ? edited : undefined;
  }

  /** A text whose last tab is closed is left; moving a tab closes it in one place only. */
  private closed(tabs: readonly vscode.Tab[]): void {
    for (const { input } of tabs) {
      if (!(input instanceof vscode.TabInputText) || tabsOf(input.uri).length > 0) continue;
      const document = this.documents.get(editIdOf(input.uri) ?? '');
      if (!document) continue;
      if (document.session.standing === 'ended') this.forget(document);
      else document.session.leave(this.config.endsOnClose);
    }
  }
}

function tabsOf(uri: vscode.Uri): vscode.Tab[] {
  if (uri.scheme !== SCHEME) return [];
  return vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs)
    .filter(({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === uri.toString());
}
