// SPDX-License-Identifier: MIT
import * as vscode from 'vscode';
import { Bag, type Disposable } from '../base/emitter';
import type { Config } from '../config';
import type { Activity } from './activity';
import { isTestRun, withoutSecrets } from './command-line';
import type { Recorder } from './recorder';

function commandLine(task: vscode.Task): string | undefined {
  const { execution } = task;
  if (execution instanceof vscode.ProcessExecution) return [execution.process, ...execution.args].join(' ');
  if (!(execution instanceof vscode.ShellExecution)) return undefined;
  if (execution.commandLine) return execution.commandLine;
  const words = [execution.command, ...(execution.args ?? [])];
  return words.map((word) => (typeof word === 'string' ? word : word?.value ?? '')).join(' ').trim() || undefined;
}

/** Tasks become traces; those that run tests count as test runs. */
export class TaskCapture implements Disposable {
  private readonly bag = new Bag();
  private readonly running = new Map<vscode.TaskExecution, Activity>();

  constructor(
    private readonly recorder: Recorder,
    private readonly config: Config,
  ) {
    this.bag.add(vscode.tasks.onDidStartTask(({ execution }) => this.started(execution)));
    this.bag.add(vscode.tasks.onDidStartTaskProcess(({ execution, processId }) => this.running.get(execution)?.set({ 'process.pid': processId })));
    this.bag.add(vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => this.exited(execution, exitCode)));
    this.bag.add(vscode.tasks.onDidEndTask(({ execution }) => this.ended(execution)));
  }

  dispose(): void {
    this.bag.dispose();
  }

  private started(execution: vscode.TaskExecution): void {
    const { task } = execution;
    const line = commandLine(task);
    const test = task.group?.id === vscode.TaskGroup.Test.id || (line !== undefined && isTestRun(line));
    if (!this.config.captures('tasks') && !(test && this.config.captures('tests'))) return;
    this.running.set(execution, this.recorder.begin(task.name, {
      'flowscope.kind': test ? 'test' : 'task',
      'vscode.task.type': String(task.definition.type),
      'vscode.task.source': task.source,
      'process.command_line': line && withoutSecrets(line),
      'process.working_directory': typeof task.scope === 'object' ? task.scope.uri.fsPath : undefined,
    }));
  }

  private exited(execution: vscode.TaskExecution, exitCode: number | undefined): void {
    const activity = this.running.get(execution);
    if (!activity || exitCode === undefined) return;
    activity.set({ 'process.exit.code': exitCode });
    if (exitCode === 0) activity.end('ok');
    else activity.end('error', `exit ${exitCode}`);
  }

  private ended(execution: vscode.TaskExecution): void {
    const activity = this.running.get(execution);
    if (!activity) return;
    this.running.delete(execution);
    // A task without a process, or one that was stopped, has no status of its own.
    activity.end('unset');
    this.recorder.finish(activity);
  }
}
