// SPDX-License-Identifier: MIT
import * as vscode from 'vscode';
import { difference, toCharacters, toUtf16, transformPosition, type Change, type Operation } from '../../../text/operation';
import type { Disposable } from '../base/emitter';
import { realTimers } from '../base/timers';
import type { EditSession } from './edit-session';
import type { Mark } from './edit-message';
import { LiveText, wellFormed, type Surface } from './live-text';
import { documentName } from './name';
import { changesOf, offsetIn, offsetOf, positionOf, rangeOf } from './places';

export const SCHEME = 'flowscope-edit';

/** Which session a document belongs to; its name is for people only. */
export function editIdOf(uri: vscode.Uri): string | undefined {
  return uri.scheme === SCHEME ? uri.path.split('/')[1] : undefined;
}

/** A text as a document of the editor. */
export class EditDocument implements Surface, Disposable {
  readonly uri: vscode.Uri;
  private document: vscode.TextDocument | undefined;
  private live: LiveText | undefined;
  /** The text when it was last saved, or read while there was nothing to save. */
  private stored: string;
  private time = Date.now();
  private saving = false;
  /** Cursors that are on their way back to where they were. */
  private readonly putting = new Map<vscode.TextEditor, readonly vscode.Selection[]>();
  /** It was left by a window that crashed, and nobody has looked at it since. */
  isForgotten = false;
  isEnding = false;

  /** `anew` has the editor read it again. */
  constructor(
    readonly session: EditSession,
    private readonly anew: (uri: vscode.Uri) => void,
  ) {
    this.stored = session.text;
    this.uri = vscode.Uri.from({ scheme: SCHEME, path: `/${session.editId}/${documentName(session.origin)}` });
    session.onTheirs = (op) => this.live?.changed(op);
  }

  get name(): string {
    return this.uri.path.slice(this.session.editId.length + 2);
  }

  /** Changes when it is saved or is to be read again. */
  get modified(): number {
    return this.time;
  }

  get language(): string | undefined {
    return this.document?.languageId;
  }

  get isOpen(): boolean {
    return this.document !== undefined;
  }

  get isDirty(): boolean {
    return this.document?.isDirty ?? false;
  }

  /** The editor has it open. */
  attach(document: vscode.TextDocument): void {
    if (this.document === document) return;
    this.detach();
    this.isForgotten = false;
    this.document = document;
    const shown = wellFormed(document.getText());
    this.live = new LiveText(shown, this, (op) => this.session.change(op), realTimers);
    // What an editor that crashed brought back was handed over before, or is kept in the session.
    if (shown !== this.session.text) this.live.changed(difference(shown, this.session.text));
  }

  detach(): void {
    this.live?.dispose();
    this.putting.clear();
    this.live = undefined;
    this.document = undefined;
  }

  dispose(): void {
    this.session.onTheirs = undefined;
    this.detach();
  }

  changed(event: vscode.TextDocumentChangeEvent): void {
    if (event.contentChanges.length > 0) this.live?.documentChanged(this.text, changesOf(event));
    else this.live?.work();
  }

  /** The cursors moved; `kind` is undefined when a change of the text moved them. */
  selected(editor: vscode.TextEditor, kind: vscode.TextEditorSelectionChangeKind | undefined): void {
    if (kind === undefined && this.putting.has(editor)) return;
    this.putting.delete(editor);
    const { live, text: shown } = this;
    if (!live) return;
    const { start, end } = editor.selection;
    const [from, to] = [start, end].map((place) => live.place(toCharacters(shown, offsetOf(editor.document, place))));
    this.session.move({ start: from!, end: to! });
  }

  /** Where a mark of the text is in the document. */
  range(document: vscode.TextDocument, { start, end }: Mark): vscode.Range {
    const shown = wellFormed(document.getText());
    return rangeOf(document, toUtf16(shown, start), toUtf16(shown, end));
  }

  step(what: 'undo' | 'redo'): Promise<void> {
    return this.live?.step(what) ?? Promise.resolve();
  }

  // --- The file that the editor believes it is ----------------------------------------------------------------------

  /** What was not saved stays in the document only: reading it anew is how it goes back to what was saved. */
  read(): string {
    if (!this.isDirty) this.stored = this.live?.serve() ?? this.session.text;
    return this.stored;
  }

  async save(): Promise<void> {
    await this.live?.idle();
    const shown = this.text;
    this.saving = true;
    try {
      await this.session.save();
    } catch (error) {
      this.saved();
      throw error;
    }
    this.stored = shown;
    this.touch();
  }

  saved(): void {
    this.saving = false;
    this.live?.work();
  }

  // --- The document as LiveText has it ------------------------------------------------------------------------------

  get text(): string {
    return this.document ? wellFormed(this.document.getText()) : this.session.text;
  }

  async change(list: readonly Change[]): Promise<boolean> {
    const { document } = this;
    if (!document || document.isClosed) return false;
    const edit = new vscode.WorkspaceEdit();
    for (const { start, end, insert } of list) edit.replace(this.uri, rangeOf(document, start, end), insert);
    return vscode.workspace.applyEdit(edit);
  }

  reload(): boolean {
    if (!this.document || this.document.isClosed) return false;
    // While it is being saved it reads nothing; saved() comes back to this.
    if (this.saving) return true;
    if (this.document.isDirty) return false;
    this.touch();
    this.anew(this.uri);
    return true;
  }

  reloaded(op: Operation, before: string): void {
    for (const editor of vscode.window.visibleTextEditors) {
      const { document } = editor;
      if (document !== this.document) continue;
      const shown = this.text;
      const move = (place: vscode.Position) => {
        const characters = toCharacters(before, offsetIn(before, place));
        return positionOf(document, toUtf16(shown, transformPosition(op, characters, false)));
      };
      // The editor is told of this change before it is of the cursors: they are where they were.
      const moved = (this.putting.get(editor) ?? editor.selections).map(({ anchor, active }) => new vscode.Selection(move(anchor), move(active)));
      this.putting.set(editor, moved);
      editor.selections = moved;
    }
  }

  private touch(): void {
    this.time = Math.max(this.time + 1, Date.now());
  }
}
