// SPDX-License-Identifier: MIT
import * as vscode from 'vscode';
import { t } from '../base/l10n';
import { reason } from '../base/log';
import type { Recorder } from './recorder';

/** Run everything of the editor's test view and record how long it took. The view's results are not public. */
export async function runAllTests(recorder: Recorder): Promise<void> {
  const activity = recorder.begin(t('All tests'), { 'flowscope.kind': 'test' });
  try {
    await vscode.commands.executeCommand('testing.runAll');
    activity.end('unset');
  } catch (error) {
    activity.end('error', reason(error));
  }
  recorder.finish(activity);
}
