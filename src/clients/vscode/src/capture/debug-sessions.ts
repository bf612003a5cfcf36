// SPDX-License-Identifier: MIT
import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { Bag, type Disposable } from '../base/emitter';
import type { Config } from '../config';
import type { Data } from '../protocol/message';
import type { Activity } from './activity';
import { mergeEnv, withoutProxy } from '../terminal/variables';
import type { Recorder } from './recorder';

/** The parts of the Debug Adapter Protocol's events that are looked at. */
interface AdapterEvent {
  readonly type?: string;
  readonly event?: string;
  readonly body?: { readonly reason?: string; readonly description?: string; readonly text?: string; readonly exitCode?: number; readonly name?: string };
}

export interface DebugHooks {
  /** Tell the hub that a session began or ended. */
  announce(type: 'session_started' | 'session_ended', data: Data): void;
  /** The variables that a program being debugged gets, so that its own traces belong to the session. */
  variables(sessionId: string): Record<string, string>;
}

const SESSION_ID = '__flowscopeSession';

/** Debug sessions become traces: stops as events, child sessions as spans within. */
export class DebugCapture implements Disposable {
  private readonly bag = new Bag();
  private readonly running = new Map<string, Activity>();
  /** Those that the hub was told of; what runs within another is a part of it. */
  private readonly announced = new Set<string>();

  constructor(
    private readonly recorder: Recorder,
    private readonly config: Config,
    private readonly hooks: DebugHooks,
  ) {
    this.bag.add(vscode.debug.onDidStartDebugSession((session) => this.started(session)));
    this.bag.add(vscode.debug.onDidTerminateDebugSession((session) => this.ended(session)));
    this.bag.add(vscode.debug.registerDebugAdapterTrackerFactory('*', { createDebugAdapterTracker: (session) => this.track(session) }));
    this.bag.add(vscode.debug.registerDebugConfigurationProvider('*', {
      resolveDebugConfigurationWithSubstitutedVariables: (_folder, configuration) => this.prepare(configuration),
    }));
  }

  dispose(): void {
    this.bag.dispose();
  }

  /** A program that is launched for debugging learns where its traces go; what its configuration sets stays. */
  private prepare(configuration: vscode.DebugConfiguration): vscode.DebugConfiguration {
    if (!this.config.captures('debugSessions') || configuration.request !== 'launch') return configuration;
    const id = `debug-${randomUUID()}`;
    const env = mergeEnv(configuration['env'], { ...withoutProxy(process.env), ...this.hooks.variables(id) });
    return { ...configuration, ...(env ? { env } : {}), [SESSION_ID]: id };
  }

  private sessionId(session: vscode.DebugSession): string {
    const given: unknown = session.configuration[SESSION_ID];
    return typeof given === 'string' ? given : `debug-${session.id}`;
  }

  private started(session: vscode.DebugSession): void {
    if (!this.config.captures('debugSessions')) return;
    const id = this.sessionId(session);
    const attributes = {
      'flowscope.kind': 'debug',
      'flowscope.session.id': id,
      'vscode.debug.type': session.type,
      'process.working_directory': session.workspaceFolder?.uri.fsPath,
    };
    const parent = session.parentSession && this.running.get(session.parentSession.id);
    this.running.set(session.id, parent ? parent.child(session.name, attributes) : this.recorder.begin(session.name, attributes));
    if (parent) return;
    this.announced.add(session.id);
    this.hooks.announce('session_started', { sessionId: id, name: session.name });
  }

  private ended(session: vscode.DebugSession): void {
    const activity = this.running.get(session.id);
    if (!activity) return;
    this.running.delete(session.id);
    activity.end('unset');
    this.recorder.finish(activity);
    if (this.announced.delete(session.id)) this.hooks.announce('session_ended', { sessionId: this.sessionId(session) });
  }

  private track(session: vscode.DebugSession): vscode.DebugAdapterTracker {
    return { onDidSendMessage: (message: AdapterEvent) => this.heard(session, message) };
  }

  private heard(session: vscode.DebugSession, message: AdapterEvent): void {
    const activity = this.running.get(session.id);
    if (!activity || message.type !== 'event') return;
    const { body } = message;
    if (message.event === 'stopped') {
      activity.event(`stopped: ${body?.reason ?? 'unknown'}`, { description: body?.description, text: body?.text });
    } else if (message.event === 'process') {
      activity.set({ 'process.command': body?.name });
    } else if (message.event === 'exited' && body?.exitCode !== undefined) {
      activity.set({ 'process.exit.code': body.exitCode });
      if (body.exitCode === 0) activity.end('ok');
      else activity.end('error', `exit ${body.exitCode}`);
    }
  }
}
