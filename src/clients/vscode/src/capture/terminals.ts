// SPDX-License-Identifier: MIT
import * as vscode from 'vscode';
import { Bag, type Disposable } from '../base/emitter';
import type { Config } from '../config';
import type { Activity } from './activity';
import { isTestRun, withoutSecrets } from './command-line';
import type { Recorder } from './recorder';
import { readTestSummary } from './test-summary';

/** Summaries stand at the end; more of the output is not kept. */
const TAIL = 16 * 1024;

interface Running {
  readonly activity: Activity;
  readonly test: boolean;
  /** Kept however short it was. */
  readonly kept: boolean;
  readonly tail: Promise<string>;
}

async function lastOutput(execution: vscode.TerminalShellExecution): Promise<string> {
  let tail = '';
  for await (const part of execution.read()) tail = (tail + part).slice(-TAIL);
  return tail;
}

/** Commands that people type become traces, told by the terminal's shell integration. */
export class TerminalCapture implements Disposable {
  private readonly bag = new Bag();
  private readonly running = new Map<vscode.TerminalShellExecution, Running>();
  /** Terminals whose command the user asked to record. */
  private readonly asked = new WeakSet<vscode.Terminal>();

  constructor(
    private readonly recorder: Recorder,
    private readonly config: Config,
  ) {
    this.bag.add(vscode.window.onDidStartTerminalShellExecution(({ terminal, execution }) => this.started(terminal, execution)));
    this.bag.add(vscode.window.onDidEndTerminalShellExecution(({ execution, exitCode }) => void this.ended(execution, exitCode)));
  }

  /** Record what runs in a terminal, whatever the settings say. */
  recordAll(terminal: vscode.Terminal): void {
    this.asked.add(terminal);
  }

  dispose(): void {
    this.bag.dispose();
  }

  private started(terminal: vscode.Terminal, execution: vscode.TerminalShellExecution): void {
    const line = execution.commandLine.value.trim();
    const test = isTestRun(line);
    const kept = this.asked.has(terminal) || (test && this.config.captures('tests'));
    if (line === '' || !(kept || this.config.captures('terminalCommands'))) return;
    const safe = withoutSecrets(line);
    const activity = this.recorder.begin(safe.split('\n')[0]!.slice(0, 120), {
      'flowscope.kind': test ? 'test' : 'command',
      'process.command_line': safe,
      'process.working_directory': execution.cwd?.fsPath,
    });
    this.running.set(execution, { activity, test, kept, tail: test ? lastOutput(execution) : Promise.resolve('') });
  }

  private async ended(execution: vscode.TerminalShellExecution, exitCode: number | undefined): Promise<void> {
    const running = this.running.get(execution);
    if (!running) return;
    this.running.delete(execution);
    const { activity, test } = running;
    activity.set({ 'process.exit.code': exitCode });
    if (exitCode === undefined) activity.end('unset');
    else if (exitCode === 0) activity.end('ok');
    else activity.end('error', `exit ${exitCode}`);
    const summary = test ? readTestSummary(await running.tail) : undefined;
    if (summary) {
      activity.set({ 'test.passed': summary.passed, 'test.failed': summary.failed, 'test.skipped': summary.skipped });
    }
    // What is over in a moment is no news.
    if (!running.kept && activity.milliseconds < this.config.terminalMinimumMs) this.recorder.discard(activity);
    else this.recorder.finish(activity);
  }
}
