// SPDX-License-Identifier: MIT
import * as path from 'node:path';
import * as vscode from 'vscode';
import { t } from '../base/l10n';
import { reason } from '../base/log';
import type { Config } from '../config';
import type { HubClient } from '../hub/client';
import { HubError } from '../protocol/hub-error';
import type { Message } from '../protocol/message';
import { isInsideAny, readPlace, realFile, type Place } from './places';

const TRUSTED_KEY = 'trustedFolders';
const MAX_TRUSTED = 100;
const QUESTION_MS = 60_000;
const STATUS_MS = 5000;

function folders(): string[] {
  return (vscode.workspace.workspaceFolders ?? []).filter((folder) => folder.uri.scheme === 'file')
    .map((folder) => folder.uri.fsPath);
}

/** Opens code at a line: for the hub (`jump_to_code`) and for this window's own lists. */
export class Navigation {
  constructor(
    private readonly client: HubClient,
    private readonly config: Config,
    private readonly state: vscode.Memento,
  ) {}

  /** `jump_to_code`: answers with `code_opened`, or says why not. */
  async jump(message: Message): Promise<void> {
    const reply = { reply_to: message.id, target: message.source };
    try {
      if (!this.config.codeNavigation) throw new HubError('declined', t('Going to code is switched off in this editor.'));
      const place = readPlace(message.data);
      await this.open(place);
      this.client.send('code_opened',
        { file: place.file, line: place.line, ...(place.column ? { column: place.column } : {}) }, reply);
    } catch (error) {
      const failure = error instanceof HubError ? error : new HubError('failed', reason(error));
      const original = { type: message.type };
      this.client.send('error', { code: failure.code, message: failure.message, in_reply_to: message.id, original }, reply);
      if (failure.code !== 'declined') void vscode.window.showErrorMessage(t('FlowScope could not open code: {0}', failure.message));
    }
  }

  /** Open a place, with its line in the middle and the cursor on it. Throws a HubError that says why not. */
  async open(place: Place): Promise<void> {
    const real = await realFile(place.file);
    if (!(await isInsideAny(real, folders())) && !(await this.mayLeave(place, real))) {
      throw new HubError('declined', t('{0} is outside the folders of this window.', place.file));
    }
    await this.show(place, real);
  }

  private async show(place: Place, real: string): Promise<void> {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(await this.nameHere(place.file, real)));
    const line = Math.min(place.line, document.lineCount) - 1;
    const column = place.column === undefined
      ? document.lineAt(line).firstNonWhitespaceCharacterIndex
      : Math.min(place.column - 1, document.lineAt(line).text.length);
    const position = new vscode.Position(line, column);
    const editor = await vscode.window.showTextDocument(document, { preview: false, selection: new vscode.Range(position, position) });
    editor.revealRange(new vscode.Range(position, position), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    vscode.window.setStatusBarMessage(`$(telescope) ${t('Opened {0}:{1}', path.basename(real), line + 1)}`, STATUS_MS);
  }

  /** A file that a link of this window leads to keeps the name that it has here, so that it is not open twice. */
  private async nameHere(asked: string, real: string): Promise<string> {
    const open = vscode.workspace.textDocuments.some((document) => document.uri.fsPath === asked);
    return open || folders().some((folder) => asked.startsWith(folder + path.sep)) ? asked : real;
  }

  private async mayLeave(place: Place, real: string): Promise<boolean> {
    const trusted = this.state.get<string[]>(TRUSTED_KEY, []);
    if (await isInsideAny(real, trusted)) return true;
    const [open, always] = [t('Open'), t('Always from This Folder')];
    const question = t('FlowScope wants to open {0}, which is outside the folders of this window.', real);
    let late = false;
    const asked = Promise.resolve(vscode.window.showWarningMessage(question, open, always)).then(async (answer) => {
      if (answer === always) await this.state.update(TRUSTED_KEY, [...trusted, path.dirname(real)].slice(-MAX_TRUSTED));
      // Who asked was told no by then, but the user wants to see it.
      if (late && answer !== undefined) await this.show(place, real);
      return answer !== undefined;
    });
    const timeout = new Promise<boolean>((done) => setTimeout(() => {
      late = true;
      done(false);
    }, QUESTION_MS));
    asked.catch(() => undefined);
    return Promise.race([asked, timeout]);
  }
}
